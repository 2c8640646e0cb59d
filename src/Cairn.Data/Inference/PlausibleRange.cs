namespace Cairn.Data.Inference;

/// <summary>A range that lets new data grow and still catches a wrong unit: what was seen and as much room again.</summary>
internal static class PlausibleRange
{
    public static (double? Min, double? Max) Of(double min, double max, bool integer)
    {
        if (integer && min >= 0 && max <= 1) return (0, 1);
        var room = max > min ? max - min : Math.Max(Math.Abs(max), 1);
        double? low = min >= 0 ? 0 : -Nice(room - min);
        double? high = max + room <= 0 ? 0 : Nice(max + room);
        return (Bounded(low), Bounded(high));
    }

    private static double? Bounded(double? value) => value is { } v && double.IsFinite(v) ? v : null;

    /// <summary>The next number up with two significant digits.</summary>
    private static double Nice(double value)
    {
        if (value <= 0) return 0;
        var unit = Math.Pow(10, Math.Floor(Math.Log10(value)) - 1);
        var nice = unit >= 1 ? Math.Ceiling(value / unit) * unit : Math.Ceiling(value / unit) / Math.Round(1 / unit);
        return unit < 1 && value >= 1 ? Math.Ceiling(value) : nice;
    }
}
