using System.Globalization;
using Cairn.Kernel;

namespace Cairn.Serving.Truth;

/// <summary>A time as people and programs write it.</summary>
/// <param name="Micros">Microseconds UTC; of a date alone the last one of that day, for what happened on a day came after its morning.</param>
/// <param name="Earliest">Of a date alone the first of that day; else the same.</param>
internal readonly record struct Moment(long Micros, long Earliest)
{
    public const string Expected = "microseconds since 1970, a date (2026-11-25), or a date and time (2026-11-25T14:30:00Z)";

    private static readonly string[] Times =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ss.FFFFFFFzz"];

    private static readonly long Latest = Time.ToMicros(new DateTimeOffset(9000, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <param name="zone">Of a time that does not say.</param>
    public static Moment? Read(string text, TimeZoneInfo zone)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var micros)) return micros < Latest ? new(micros, micros) : null;
        if (DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1970 and < 9000)
            return new(ToMicros(day.AddDays(1), zone) - 1, ToMicros(day, zone));
        if (!DateTime.TryParseExact(text, Times, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) || time.Year is < 1970 or >= 9000) return null;
        var at = time.Kind == DateTimeKind.Unspecified ? ToMicros(time, zone) : Time.ToMicros(new DateTimeOffset(time).ToUniversalTime());
        return new(at, at);
    }

    // An hour that the clock skips counts as the one after it.
    private static long ToMicros(DateTime local, TimeZoneInfo zone) =>
        Time.ToMicros(new DateTimeOffset(local, zone.GetUtcOffset(zone.IsInvalidTime(local) ? local.AddHours(1) : local)));
}
