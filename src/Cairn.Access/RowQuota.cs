using System.Globalization;
using Cairn.Access.Limits;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;

namespace Cairn.Access;

/// <summary>How many rows a caller may have predicted in a day of UTC. Every way to predict over HTTP asks it.</summary>
public sealed class RowQuota
{
    private const string Name = "rows";

    private readonly long? _most;
    private readonly string _policy;
    private readonly QuotaCounters _counters;

    internal RowQuota(LimitOptions options, QuotaCounters counters)
    {
        (_most, _counters) = (options.RowsPerDay, counters);
        _policy = string.Create(CultureInfo.InvariantCulture, $"\"{Name}\";q={_most};w=86400;qu=\"{Name}\"");
    }

    /// <summary>Counts rows that are about to be answered. Refused (429 <c>limit.quota</c>), none is counted and none may be answered.</summary>
    /// <param name="rows">0: asks, before anything is read, whether there is any left.</param>
    public Refusal? Charge(HttpContext context, Caller caller, long rows)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(caller);
        if (_most is not { } most || context.Connection.RemoteIpAddress is null) return null;

        var (added, left) = _counters.Add(caller, rows, most);
        if (rows == 0 && left > 0) return null;
        var until = _counters.UntilTomorrow();
        context.Response.Tell(Name, _policy, left, until);
        if (rows > 0 && added) return null;

        LimitMeter.Refused(Name);
        context.Response.TellWait(until);
        return new Refusal.Exhausted(
            "limit.quota",
            string.Create(CultureInfo.InvariantCulture, $"{caller.Name} may have {most} rows predicted in a day of UTC; {left} are left, {(rows == 0 ? "so nothing more" : $"and {rows} were asked for, so none")} was predicted. The next day begins when Retry-After has passed."));
    }
}
