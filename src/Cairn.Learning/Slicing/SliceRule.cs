using System.Globalization;

namespace Cairn.Learning.Slicing;

/// <summary>Which rows a slice holds, in words and for programs.</summary>
/// <param name="Kind"><c>value</c>, <c>range</c>, <c>other</c> (the rarer values together) or <c>missing</c>.</param>
/// <param name="Above">Of a range: its values are greater; null: from the least on.</param>
/// <param name="UpTo">Of a range, the end included; null: up to the greatest.</param>
internal sealed record SliceRule(string Name, string Kind, double? Above = null, double? UpTo = null)
{
    /// <summary>Names of columns and values are the users' and can be of any length.</summary>
    private const int Longest = 120;

    public static SliceRule Value(string feature, string value) => new($"{Clip(feature)} = {Clip(value)}", "value");

    public static SliceRule Missing(string feature) => new($"{Clip(feature)} is missing", "missing");

    public static SliceRule Other(string feature, int values) => new(string.Create(CultureInfo.InvariantCulture, $"{Clip(feature)} is one of {values:N0} rarer values"), "other");

    public static SliceRule Range(string feature, double? above, double? upTo) => new(
        (above, upTo) switch
        {
            ({ } low, { } high) => $"{Clip(feature)} over {Number(low)} to {Number(high)}",
            ({ } low, null) => $"{Clip(feature)} over {Number(low)}",
            (null, { } high) => $"{Clip(feature)} up to {Number(high)}",
            _ => Clip(feature),
        },
        "range", above, upTo);

    public static string Number(double value) =>
        value.ToString(value == Math.Truncate(value) && Math.Abs(value) < 1e15 ? "0" : "G7", CultureInfo.InvariantCulture);

    public static string Clip(string text)
    {
        if (text.Length <= Longest) return text;
        return text[..(Longest - (char.IsHighSurrogate(text[Longest - 2]) ? 2 : 1))] + "…";
    }
}
