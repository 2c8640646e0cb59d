using System.Globalization;
using Cairn.Web.Components;

namespace Cairn.Web.Runs;

/// <summary>A metric's value as it is read in a table: scores with four decimals, anything else by its size.</summary>
internal static class MetricText
{
    public static string Of(double? value) => value switch
    {
        null => Format.None,
        { } number when double.IsNaN(number) => "not a number",
        >= double.MaxValue => "infinite", // as it is kept
        <= -double.MaxValue => "−infinite",
        { } number when Math.Abs(number) is <= 1 and >= 0.001 => Format.Number(number, 4),
        _ => Format.Number(value),
    };

    /// <summary>A param, when it is a number; the invariant culture only.</summary>
    public static double? Number(string? param) => double.TryParse(param, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
