using System.Globalization;

namespace Cairn.Web.Routing;

/// <summary>Days as a browser's field writes them, in UTC.</summary>
internal static class UtcDay
{
    public static DateOnly? Read(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>Its first moment, microseconds UTC.</summary>
    public static long Begins(DateOnly day) => (day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
