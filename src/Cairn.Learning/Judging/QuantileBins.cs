namespace Cairn.Learning.Judging;

/// <summary>A number cut into parts of about as many rows, or into its values when there are few.</summary>
internal sealed class QuantileBins
{
    private QuantileBins(double[] ends, bool isValues) => (Ends, IsValues) = (ends, isValues);

    /// <value>Ascending. A part holds what is greater than the end before it, up to its own; beyond the last end there is one more.</value>
    public double[] Ends { get; }

    /// <value>Every part is one value of the rows it was made from.</value>
    public bool IsValues { get; }

    /// <param name="rows">Those whose values decide.</param>
    /// <param name="most">Parts.</param>
    public static QuantileBins Of(double[] values, ReadOnlySpan<int> rows, int most)
    {
        var present = new List<double>(rows.Length);
        foreach (var row in rows)
        {
            if (!double.IsNaN(values[row])) present.Add(values[row]);
        }

        present.Sort();
        var distinct = present.Distinct().Take(most + 1).ToArray();
        if (distinct.Length <= most) return new(distinct, isValues: true);
        return new([.. Enumerable.Range(1, most - 1).Select(b => present[(int)((long)b * present.Count / most)]).Distinct()], isValues: false);
    }

    /// <summary>The part of a value, from 0; -1 is missing.</summary>
    public int Of(double value)
    {
        if (double.IsNaN(value)) return -1;
        var found = Array.BinarySearch(Ends, value);
        return found >= 0 ? found : ~found;
    }
}
