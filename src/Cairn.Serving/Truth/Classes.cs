using System.Globalization;
using Cairn.Serving.Log;

namespace Cairn.Serving.Truth;

/// <summary>The two classes a model tells apart, and how others write them.</summary>
internal readonly record struct Classes(string Positive, string Negative)
{
    public static Classes Of(LogSourceRow source) => new(source.Positive, source.Negative);

    /// <summary>The class a value means: as it stands, else the same number (1 and 1.0), else the same word or truth (yes, true, 1). Null: none of the two.</summary>
    public string? Find(string value)
    {
        var (positive, negative) = (Positive, Negative);
        if (value == positive || value == negative) return value;
        var text = value.Trim();
        return Only(name => name == text) ?? Only(name => Number(name) is { } a && Number(text) is { } b && a == b)
            ?? Only(name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase)) ?? Only(name => Truth(name) is { } a && Truth(text) is { } b && a == b);

        string? Only(Func<string, bool> means) => (means(positive), means(negative)) switch
        {
            (true, false) => positive,
            (false, true) => negative,
            _ => null,
        };
    }

    public override string ToString() => $"{Positive} or {Negative}";

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool? Truth(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "1" or "T" or "Y" => true,
        "FALSE" or "NO" or "0" or "F" or "N" => false,
        _ => null,
    };
}
