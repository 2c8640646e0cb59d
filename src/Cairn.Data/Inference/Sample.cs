using System.Text.Json;
using Cairn.Data.Contracts;
using Cairn.Data.Engine;
using Cairn.Data.Sources;

namespace Cairn.Data.Inference;

/// <summary>The first rows of a source: what each column could be, so that the scan of all rows has to test one type only.</summary>
internal sealed class Sample
{
    public const int Rows = 5_000;

    private const string Email = @"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}";
    private const string Phone = @"\+?[0-9][0-9 ()/.-]{7,17}[0-9]";

    private Sample(IReadOnlyList<SampledColumn> columns) => Columns = columns;

    public IReadOnlyList<SampledColumn> Columns { get; }

    public static Sample Take(DuckDb engine, Source source)
    {
        var columns = source.Columns.Where(c => c.Type != SourceType.Other).ToList();
        engine.Execute($"CREATE TEMP TABLE sample AS SELECT row_number() OVER () AS row, {string.Join(", ", columns.Select(c => c.Sql))} FROM {source.From} LIMIT {Rows}");
        var sampled = new List<SampledColumn>();
        foreach (var batch in columns.Chunk(50))
        {
            var aggregates = batch.SelectMany(Aggregates).ToList();
            var row = engine.Single($"SELECT {string.Join(", ", aggregates)} FROM sample");
            var each = aggregates.Count / batch.Length;
            for (var i = 0; i < batch.Length; i++) sampled.Add(Read(batch[i], row, i * each));
        }

        return new Sample(sampled);
    }

    private static IEnumerable<string> Aggregates(SourceColumn column)
    {
        var text = new Reading(column.Sql, column.Type, ColumnType.Text).Text;
        yield return $"count({text})";
        yield return Holds(column, ColumnType.Number);
        yield return $"count(*) FILTER (WHERE lower({text}) IN ('true', 'false'))";
        yield return Holds(column, ColumnType.Timestamp);
        yield return $"count(*) FILTER (WHERE {Reading.HasSlashes(text)} AND {Reading.ParsedSlashes(text, DateOrder.MonthFirst)} IS NOT NULL)";
        yield return $"count(*) FILTER (WHERE {Reading.HasSlashes(text)} AND {Reading.ParsedSlashes(text, DateOrder.DayFirst)} IS NOT NULL)";
        yield return $"count(*) FILTER (WHERE lower({text}) IN ({string.Join(", ", Reading.MissingWords.Select(Sql.Text))}))";
        yield return $"count(*) FILTER (WHERE regexp_full_match({text}, {Sql.Text(Email)}))";
        yield return $"count(*) FILTER (WHERE regexp_full_match({text}, {Sql.Text(Phone)}))";
        yield return $"to_json(min_by({text}, row, 40))::VARCHAR";
        yield return $"to_json(min_by({text}, row, 5) FILTER (WHERE {Unparsed(column)}))::VARCHAR";
    }

    /// <summary>How many rows hold a value of the type.</summary>
    private static string Holds(SourceColumn column, ColumnType type)
    {
        var reading = new Reading(column.Sql, column.Type, type);
        var parsed = reading.Parsed(reading.Raw);
        return $"count(*) FILTER (WHERE ({reading.Value(parsed)}) IS NOT NULL AND NOT {reading.Wrong(reading.Raw, parsed)})";
    }

    private static string Unparsed(SourceColumn column)
    {
        var reading = new Reading(column.Sql, column.Type, ColumnType.Number);
        return reading.Wrong(reading.Raw, reading.Parsed(reading.Raw));
    }

    private static SampledColumn Read(SourceColumn column, Row row, int at) => new(
        column, row.Long(at), row.Long(at + 1), row.Long(at + 2), row.Long(at + 3), row.Long(at + 4), row.Long(at + 5), row.Long(at + 6), row.Long(at + 7), row.Long(at + 8),
        [.. Texts(row.Text(at + 9)).Distinct(StringComparer.Ordinal).Take(5)], Texts(row.Text(at + 10)));

    private static List<string> Texts(string? json) => json is null ? [] : [.. JsonSerializer.Deserialize<List<string?>>(json)!.OfType<string>()];
}

/// <summary>Counts over the sample. A value is not blank; a missing word ("NA") is a value here.</summary>
/// <param name="MonthFirst">Dates with slashes that can be read with the month first.</param>
/// <param name="Odd">The first values that are no numbers.</param>
internal sealed record SampledColumn(
    SourceColumn Source, long Values, long Numbers, long TrueOrFalse, long Times, long MonthFirst, long DayFirst, long MissingWords, long Emails, long Phones,
    IReadOnlyList<string> Examples, IReadOnlyList<string> Odd)
{
    private long Real => Values - MissingWords;

    /// <value>What all rows may turn out to hold.</value>
    public ColumnType Candidate => Source.Type switch
    {
        SourceType.Number => ColumnType.Number,
        SourceType.Boolean => ColumnType.Boolean,
        SourceType.Timestamp => ColumnType.Timestamp,
        _ when Real == 0 => ColumnType.Text,
        _ when Numbers == Real => ColumnType.Number,
        _ when TrueOrFalse == Real => ColumnType.Boolean,
        _ when Times + Math.Max(MonthFirst, DayFirst) == Real => ColumnType.Timestamp,
        _ => ColumnType.Text,
    };

    public DateOrder Dates => MonthFirst == DayFirst ? DateOrder.Unknown : MonthFirst > DayFirst ? DateOrder.MonthFirst : DateOrder.DayFirst;

    public bool NearlyNumbers => Candidate == ColumnType.Text && Numbers > 0.9 * Real;
}
