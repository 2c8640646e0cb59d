using System.Collections.Concurrent;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Server.Operations;

/// <summary>What slow checks found last. Only what was well is kept: a fault that was mended is seen at once.</summary>
internal sealed class KeptChecks(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, (string Of, DoctorCheck Found)> _kept = new(StringComparer.Ordinal);

    /// <param name="of">What is looked at now: another one than was looked at before is looked at anew.</param>
    public async Task<DoctorCheck> Of(string check, string of, TimeSpan maxAge, Func<Task<DoctorCheck>> look)
    {
        var now = clock.Micros();
        if (_kept.TryGetValue(check, out var kept) && kept.Of == of && now - kept.Found.CheckedAt < maxAge.TotalMicroseconds) return kept.Found;
        var found = await look();
        if (found.State == "ok") _kept[check] = (of, found with { CheckedAt = now });
        else _kept.TryRemove(check, out _);
        return found;
    }
}
