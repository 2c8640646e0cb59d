namespace Cairn.Tracking;

public sealed record BinOptions
{
    /// <value>Days after which what was deleted is purged; 0: at once, null: never by itself.</value>
    public int? KeepDays { get; init; } = 30;

    /// <summary>What was deleted before this time is over; null: nothing is.</summary>
    public long? OverBefore(long now) => KeepDays is { } days ? now - (days * 86_400_000_000L) : null;
}
