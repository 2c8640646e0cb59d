using System.Globalization;

namespace Cairn.Data.Contracts;

/// <summary>Labels as texts that compare: 1, 1.0 and 01 are one class of a number, Yes and true one of a boolean.</summary>
internal static class TargetLabel
{
    /// <summary>SQL: the label of a typed value.</summary>
    public static string Of(ColumnType type, string value) => type switch
    {
        ColumnType.Number or ColumnType.Integer => $"(CASE WHEN {value} = trunc({value}) AND abs({value}) < 1e15 THEN {value}::BIGINT::VARCHAR ELSE {value}::VARCHAR END)",
        _ => $"{value}::VARCHAR",
    };

    /// <summary>The same for a value as a user writes it.</summary>
    public static string Canonical(ColumnType type, string text)
    {
        var trimmed = text.Trim();
        return type switch
        {
            ColumnType.Number or ColumnType.Integer when double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number.ToString("R", CultureInfo.InvariantCulture),
            ColumnType.Boolean => trimmed.ToLowerInvariant() switch
            {
                "true" or "yes" or "1" => "true",
                "false" or "no" or "0" => "false",
                _ => trimmed,
            },
            _ => trimmed,
        };
    }
}
