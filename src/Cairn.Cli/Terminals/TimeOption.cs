using System.CommandLine;
using System.Globalization;

namespace Cairn.Cli.Terminals;

/// <summary>An option that takes a moment: a day or a time, UTC unless it says otherwise.</summary>
internal static class TimeOption
{
    public static Option<DateTimeOffset?> Of(string name, string description) => new(name)
    {
        Description = description, HelpName = "time",
        CustomParser = result =>
        {
            if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)) return time;
            result.AddError($"'{result.Tokens[0].Value}' is not a time. Write it like 2026-11-21 or 2026-11-21T14:00:00Z.");
            return null;
        },
    };

    /// <summary>Microseconds UTC, as on the wire.</summary>
    public static long? Micros(DateTimeOffset? time) => time is { } t ? (t - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : null;
}
