using System.Globalization;
using System.Text;
using Cairn.Kernel;

namespace Cairn.Tracking.Search;

/// <summary>A run's place in an order.</summary>
internal sealed record RunPlace
{
    public string RunId { get; init; } = "";

    public long StartedAt { get; init; }

    public double? Number { get; init; }

    public string? Text { get; init; }

    /// <value>Of the order's stretches.</value>
    public int Stretch { get; init; }

    /// <summary>Within one stretch. Texts compare as both databases compare them: by their bytes.</summary>
    public static IComparer<RunPlace> In(bool descending) => Comparer<RunPlace>.Create((one, other) =>
    {
        var byValue = one.Text is null ? Nullable.Compare(one.Number, other.Number) : Encoding.UTF8.GetBytes(one.Text).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other.Text ?? ""));
        return byValue != 0 ? (descending ? -byValue : byValue) : AmongEquals(one, other);
    });

    /// <summary>The newest first.</summary>
    public static int AmongEquals(RunPlace one, RunPlace other) =>
        one.StartedAt != other.StartedAt ? other.StartedAt.CompareTo(one.StartedAt) : string.CompareOrdinal(one.RunId, other.RunId);

    public bool IsEqualIn(RunPlace other) => Number.Equals(other.Number) && Text == other.Text;

    public string Token(RunOrder order) =>
        PageToken.Write(string.Join('\n', order.Text, Stretch, StartedAt, RunId, Text ?? Number?.ToString("R", CultureInfo.InvariantCulture)));

    public static Answer<RunPlace> Read(string token, RunOrder order)
    {
        var key = PageToken.Read(token);
        if (key.Refusal is { } refusal) return refusal;

        var parts = key.Value.Split('\n', 5);
        var number = 0.0;
        if (parts.Length != 5 || parts[0] != order.Text
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var stretch) || stretch >= order.Stretches.Count
            || !long.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var started)
            || (order.Stretches[stretch] is { Value: not null, IsText: false } && !(double.TryParse(parts[4], CultureInfo.InvariantCulture, out number) && double.IsFinite(number))))
            return PageToken.OfAnotherList(token);
        var of = order.Stretches[stretch];
        return new RunPlace { RunId = parts[3], StartedAt = started, Stretch = stretch, Number = of is { Value: not null, IsText: false } ? number : null, Text = of.IsText ? parts[4] : null };
    }
}
