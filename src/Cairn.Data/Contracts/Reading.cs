using Cairn.Data.Engine;
using Cairn.Data.Sources;

namespace Cairn.Data.Contracts;

/// <summary>How dates written with slashes are meant: 03/04/2020 does not say.</summary>
internal enum DateOrder
{
    /// <summary>Not decided: such a date breaks the contract.</summary>
    Unknown,
    MonthFirst,
    DayFirst,
}

/// <summary>
/// The only place where a value of a file becomes a value of a type; inference, validation and snapshots all read through it.
/// Blanks around a value do not count and an empty one is missing. Written as SQL over three expressions of one column:
/// <see cref="Text"/>, <see cref="Value"/> (null when missing or wrong) and <see cref="Wrong"/>.
/// </summary>
internal sealed record Reading(string Column, SourceType Source, ColumnType Type, DateOrder Dates = DateOrder.Unknown)
{
    /// <summary>2^53 - 1: every whole number up to it, and no other, is its own double.</summary>
    public const long LargestExact = 9_007_199_254_740_991;

    /// <summary>The years 1000 to 9999 in microseconds; a time outside them is a two-digit year or another mistake.</summary>
    private const long Earliest = -30_610_224_000_000_000;

    private const long Latest = 253_402_300_799_999_999;

    private static readonly string[] TimesOfDay = ["", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p"];

    /// <value>What stands for missing where a number, a boolean or a time is expected, in any case. In a text it is a text.</value>
    public static IReadOnlyList<string> MissingWords { get; } = ["na", "n/a", "nan", "null", "none", "#n/a"];

    private bool Native => (Source, Type) switch
    {
        (SourceType.Number, ColumnType.Number or ColumnType.Integer) => true,
        (SourceType.Boolean, ColumnType.Boolean) => true,
        (SourceType.Timestamp, ColumnType.Timestamp) => true,
        _ => false,
    };

    /// <value>The file has numbers where numbers are expected: nothing is parsed.</value>
    public bool IsNumber => Native && Type is ColumnType.Number or ColumnType.Integer;

    /// <value>First layer: the value as trimmed text, null when there is none.</value>
    public string Text => Source == SourceType.Text ? $"nullif(trim({Column}, E' \\t\\r\\n'), '')" : $"{Column}::VARCHAR";

    /// <value>What <see cref="Parsed"/> reads: the text, or the column itself when its type fits.</value>
    public string Raw => Native ? Column : Text;

    /// <summary>Second layer: <paramref name="raw"/> parsed, null when it is not of the type; NaN and infinities still in it.</summary>
    public string Parsed(string raw) => Type switch
    {
        ColumnType.Number or ColumnType.Integer => Native ? $"{raw}::DOUBLE" : $"try_cast({raw} AS DOUBLE)",
        ColumnType.Boolean => Native ? raw : $"CASE lower({raw}) WHEN 'true' THEN true WHEN 'yes' THEN true WHEN '1' THEN true WHEN 'false' THEN false WHEN 'no' THEN false WHEN '0' THEN false END",
        ColumnType.Timestamp => Native ? $"CASE WHEN isfinite({raw}) THEN epoch_us({raw}::TIMESTAMPTZ) END" : ParsedTime(raw),
        _ => raw,
    };

    /// <summary>Third layer: the value stored, null when missing or wrong.</summary>
    public string Value(string parsed) => Type switch
    {
        ColumnType.Number => $"CASE WHEN isfinite({parsed}) THEN {parsed} END",
        ColumnType.Integer => $"CASE WHEN abs({parsed}) <= {LargestExact} AND {parsed} = trunc({parsed}) THEN {parsed} END",
        ColumnType.Timestamp => $"CASE WHEN {parsed} BETWEEN {Earliest} AND {Latest} THEN {parsed} END",
        _ => parsed,
    };

    /// <summary>True for a value that is there and not of the type.</summary>
    public string Wrong(string raw, string parsed)
    {
        if (Type is ColumnType.Category or ColumnType.Text) return "false";
        var wrong = Type switch
        {
            ColumnType.Number => $"({parsed} IS NULL OR isinf({parsed}){(Native ? "" : $" OR contains({raw}, '_')")})",
            ColumnType.Integer => $"({parsed} IS NULL OR (NOT isnan({parsed}) AND ({parsed} <> trunc({parsed}) OR abs({parsed}) > {LargestExact})){(Native ? "" : $" OR contains({raw}, '_')")})",
            ColumnType.Timestamp => $"({parsed} IS NULL OR {parsed} NOT BETWEEN {Earliest} AND {Latest})",
            _ => $"({parsed} IS NULL)",
        };
        return Native ? $"({raw} IS NOT NULL AND {wrong})" : $"({raw} IS NOT NULL AND {wrong} AND lower({raw}) NOT IN ({Words}))";
    }

    /// <summary>True for a date with slashes whose order of day and month has to be decided.</summary>
    public static string HasSlashes(string raw) => $"(position('/' IN {raw}) BETWEEN 2 AND 3)";

    /// <summary>Null for what is no date with slashes. CASE, unlike AND, spares the parser all other values.</summary>
    public static string ParsedSlashes(string raw, DateOrder order) =>
        $"CASE WHEN {HasSlashes(raw)} THEN epoch_us(try_strptime({raw}, [{string.Join(", ", TimesOfDay.Select(t => Sql.Text((order == DateOrder.DayFirst ? "%d/%m/%Y" : "%m/%d/%Y") + t)))}])) END";

    private static string Words => string.Join(", ", MissingWords.Select(Sql.Text));

    private string ParsedTime(string raw)
    {
        // The cast alone would take 'epoch', '15-11-23' and 'infinity'.
        var iso = $"CASE WHEN position('-' IN {raw}) = 5 OR position('/' IN {raw}) = 5 THEN epoch_us(try_cast({raw} AS TIMESTAMPTZ)) END";
        var dots = $"epoch_us(try_strptime({raw}, [{string.Join(", ", TimesOfDay.Take(3).Select(t => Sql.Text("%d.%m.%Y" + t)))}]))";
        var slashes = Dates == DateOrder.Unknown ? "" : $" WHEN {HasSlashes(raw)} THEN {ParsedSlashes(raw, Dates)}";
        return $"CASE WHEN position('.' IN {raw}) BETWEEN 2 AND 3 THEN {dots}{slashes} ELSE {iso} END";
    }
}
