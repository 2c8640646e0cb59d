namespace Cairn.Web.Runs;

/// <summary>class_2 before class_10; all else by its letters.</summary>
/// <remarks>Stands in for <c>CompareOptions.NumericOrdering</c>, which needs ICU: Cairn runs without (<c>InvariantGlobalization</c>).</remarks>
internal sealed class NaturalOrder : IComparer<string>
{
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return (x is not null).CompareTo(y is not null);
        var (a, b) = (0, 0);
        while (a < x.Length && b < y.Length)
        {
            var one = DigitsAt(x, a);
            var other = DigitsAt(y, b);
            var order = one.Length > 0 && other.Length > 0 ? CompareNumbers(one.TrimStart('0'), other.TrimStart('0')) : x[a].CompareTo(y[b]);
            if (order != 0) return order;
            (a, b) = (a + Math.Max(one.Length, 1), b + Math.Max(other.Length, 1));
        }

        return (x.Length - a).CompareTo(y.Length - b) is var rest and not 0 ? rest : string.CompareOrdinal(x, y);
    }

    private static int CompareNumbers(ReadOnlySpan<char> one, ReadOnlySpan<char> other) => one.Length != other.Length ? one.Length.CompareTo(other.Length) : one.SequenceCompareTo(other);

    private static ReadOnlySpan<char> DigitsAt(string text, int from)
    {
        var after = text.AsSpan(from).IndexOfAnyExceptInRange('0', '9');
        return after < 0 ? text.AsSpan(from) : text.AsSpan(from, after);
    }
}
