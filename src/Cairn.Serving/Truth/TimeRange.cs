using Cairn.Kernel;

namespace Cairn.Serving.Truth;

/// <summary>A stretch of time as a query names it.</summary>
/// <param name="From">Microseconds; included.</param>
/// <param name="To">Not included.</param>
internal readonly record struct TimeRange(long From, long To)
{
    /// <param name="from">Null: from the beginning.</param>
    /// <param name="to">Null: <paramref name="until"/>. A date alone is included.</param>
    public static Answer<TimeRange> Read(string? from, string? to, long until)
    {
        if (Invalid("from", from) is { } first) return first;
        if (Invalid("to", to) is { } second) return second;
        var range = new TimeRange(
            from is null ? 0 : Moment.Read(from, TimeZoneInfo.Utc)!.Value.Earliest,
            to is null ? until : Moment.Read(to, TimeZoneInfo.Utc) is { } moment && moment.Earliest < moment.Micros ? moment.Micros + 1 : Moment.Read(to, TimeZoneInfo.Utc)!.Value.Micros);
        return range.From <= range.To ? range : new Refusal.Invalid("request.time", $"from={from} is after to={to ?? "now"}. Exchange them.");
    }

    private static Refusal.Invalid? Invalid(string name, string? text) =>
        text is null || Moment.Read(text, TimeZoneInfo.Utc) is not null ? null : new("request.time", $"{name}={text} is no time. Expected: {Moment.Expected}.");
}
