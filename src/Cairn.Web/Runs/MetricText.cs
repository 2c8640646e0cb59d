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

    /// <summary>How the values of one row are read beside each other: with as many digits more as it takes to tell those apart that differ.</summary>
    public static Func<double?, string> Apart(IEnumerable<double?> values)
    {
        var different = values.OfType<double>().Where(value => double.IsFinite(value) && Math.Abs(value) < double.MaxValue).Distinct().ToList();
        if (Tells(value => Of(value))) return Of;
        var largest = different.Max(Math.Abs);
        for (var digits = 3; digits <= 15; digits++)
        {
            var decimals = Math.Clamp(digits - 1 - (int)Math.Floor(Math.Log10(largest)), 0, 15);
            var exponent = "0." + new string('#', digits - 1) + "e-00";
            string Text(double value) => largest is >= 1e-4 and < 1e15 ? Format.Number(value, decimals) : value.ToString(exponent, CultureInfo.InvariantCulture).Replace('-', '−');
            if (Tells(Text)) return value => value is { } number && different.Contains(number) ? Text(number) : Of(value);
        }

        return value => value is { } number && different.Contains(number) ? number.ToString("R", CultureInfo.InvariantCulture).Replace('-', '−') : Of(value);

        bool Tells(Func<double, string> text) => different.Select(text).Distinct(StringComparer.Ordinal).Count() == different.Count;
    }

    /// <summary>A param, when it is a number; the invariant culture only.</summary>
    public static double? Number(string? param) => double.TryParse(param, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}
