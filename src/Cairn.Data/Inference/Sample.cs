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
        engine.Execute($"CREATE TEMP TABLE sample AS SELECT {string.Join(", ", columns.Select(c => c.Sql))} FROM {source.From} LIMIT {Rows}");
        var sample = source with { From = "sample", Columns = columns };
        return new Sample([.. columns.Chunk(100).SelectMany(batch => Look(engine, sample, batch))]);
    }

    private static IEnumerable<SampledColumn> Look(DuckDb engine, Source sample, SourceColumn[] columns)
    {
        var numbers = engine.Single(Query(sample, columns, ColumnType.Number, AsNumbers));
        var texts = engine.Single(Query(sample, columns, ColumnType.Text, AsTexts));
        // Parsing times costs most: only of columns that are no numbers.
        var maybe = columns.Where((c, i) => c.Type == SourceType.Text && numbers.Long(2 * i) + texts.Long((AsTexts.Length * i) + 2) < texts.Long(AsTexts.Length * i)).ToArray();
        var times = maybe.Length == 0 ? null : engine.Single(Query(sample, maybe, ColumnType.Timestamp, AsTimes));

        return columns.Select((column, i) =>
        {
            var (at, time) = (AsTexts.Length * i, Array.IndexOf(maybe, column) * AsTimes.Length);
            long Times(int n) => time < 0 ? 0 : times!.Long(time + n);
            return new SampledColumn(
                column, texts.Long(at), numbers.Long(2 * i), texts.Long(at + 1), Times(0), Times(1), Times(2), texts.Long(at + 2), texts.Long(at + 3), texts.Long(at + 4),
                [.. Texts(texts.Text(at + 5)).Distinct(StringComparer.Ordinal).Take(5)], Texts(numbers.Text((2 * i) + 1)));
        });
    }

    private static readonly Func<int, string>[] AsNumbers =
    [
        i => $"count(v{i})",
        i => $"to_json(min_by(t{i}, row, 5) FILTER (WHERE w{i}))::VARCHAR",
    ];

    private static readonly Func<int, string>[] AsTexts =
    [
        i => $"count(t{i})",
        i => $"count(*) FILTER (WHERE lower(t{i}) IN ('true', 'false'))",
        i => $"count(*) FILTER (WHERE lower(t{i}) IN ({string.Join(", ", Reading.MissingWords.Select(Sql.Text))}))",
        i => $"count(CASE WHEN contains(t{i}, '@') AND regexp_full_match(t{i}, {Sql.Text(Email)}) THEN 1 END)",
        i => $"count(CASE WHEN length(t{i}) BETWEEN 9 AND 20 THEN CASE WHEN regexp_full_match(t{i}, {Sql.Text(Phone)}) THEN 1 END END)",
        i => $"to_json(min_by(t{i}, row, 40))::VARCHAR",
    ];

    private static readonly Func<int, string>[] AsTimes =
    [
        i => $"count(v{i})",
        i => $"count({Reading.ParsedSlashes($"t{i}", DateOrder.MonthFirst)})",
        i => $"count({Reading.ParsedSlashes($"t{i}", DateOrder.DayFirst)})",
    ];

    private static string Query(Source sample, SourceColumn[] columns, ColumnType type, Func<int, string>[] aggregates) =>
        $"SELECT {string.Join(", ", columns.SelectMany((_, i) => aggregates.Select(a => a(i))))} FROM {new TypedScan(sample, [.. columns.Select(c => new ColumnContract(c.Name, type))]).FromNumbered}";

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
