using System.Collections.Concurrent;
using Cairn.Client.Wire;

namespace Cairn.Data.Profiles;

/// <summary>Profiles that were worked out, by the identity of what they are of. A version never changes, so neither does its profile.</summary>
internal sealed class KeptProfiles : IDisposable
{
    private const int Most = 256;

    private readonly ConcurrentDictionary<string, DatasetProfileWire> _kept = new(StringComparer.Ordinal);

    // One at a time: the others then find it, or have the machine for themselves.
    private readonly SemaphoreSlim _turn = new(1);

    public async Task<DatasetProfileWire> Get(DatasetVersion version, Func<Task<DatasetProfileWire>> work, CancellationToken cancellation)
    {
        if (Find(version) is { } there) return there;
        await _turn.WaitAsync(cancellation);
        try
        {
            if (Find(version) is { } meanwhile) return meanwhile;
            var profile = await work();
            if (_kept.Count >= Most) _kept.Clear();
            return _kept[version.Digest.Hex] = profile;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    // The same content may be kept under several names and numbers.
    private DatasetProfileWire? Find(DatasetVersion version) =>
        _kept.TryGetValue(version.Digest.Hex, out var kept) ? kept with { Dataset = version.Dataset, Version = version.Version } : null;
}
