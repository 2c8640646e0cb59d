using Cairn.Data.Contracts;
using Cairn.Data.Engine;

namespace Cairn.Data.Inference;

/// <summary>What all rows of a column hold, read as <see cref="Candidate"/>.</summary>
/// <param name="Wrong">Rows that are not of the candidate type: it is text then.</param>
/// <param name="Fractions">Numbers that are not whole.</param>
/// <param name="TooLarge">Whole numbers beyond 2^53 - 1.</param>
internal sealed record ScannedColumn(
    SampledColumn Sampled, ColumnType Candidate, long Values, long Texts, long Wrong, long Distinct, long DistinctTexts, long Fractions, long TooLarge, double? Min, double? Max, double? Mean)
{
    private const int Each = 10;

    public string Name => Sampled.Source.Name;

    public ColumnType Type => Candidate == ColumnType.Text || Wrong > 0 ? ColumnType.Text
        : Candidate != ColumnType.Number ? Candidate
        : Values > 0 && Fractions == 0 ? (TooLarge > 0 ? ColumnType.Text : ColumnType.Integer)
        : ColumnType.Number;

    public static IReadOnlyList<ScannedColumn> Scan(DuckDb engine, Sources.Source source, Sample sample)
    {
        var contracts = sample.Columns.Select(c => new ColumnContract(c.Source.Name, c.Candidate)).ToList();
        var dates = sample.Columns.ToDictionary(c => c.Source.Name, c => c.Dates, StringComparer.Ordinal);
        var scan = new TypedScan(source, contracts, dates);
        // Exact counting keeps every distinct value in memory: beyond a million rows an estimate has to do.
        var count = source.Rows <= 1_000_000 ? "count(DISTINCT {0})" : "approx_count_distinct({0})";
        var aggregates = contracts.SelectMany((c, i) => Aggregates(c.Type, i, count));
        var row = engine.Single($"SELECT {string.Join(", ", aggregates)} FROM {scan.From}");
        return [.. sample.Columns.Select((c, i) => Read(c, row, i * Each))];
    }

    private static IEnumerable<string> Aggregates(ColumnType type, int i, string count)
    {
        var numeric = type is ColumnType.Number or ColumnType.Timestamp;
        var text = type is ColumnType.Text;
        yield return $"count(v{i})";
        yield return $"count(t{i})";
        yield return $"count(*) FILTER (WHERE w{i})";
        yield return string.Format(null, count, $"v{i}");
        yield return text ? "0::BIGINT" : $"approx_count_distinct(t{i})";
        yield return type == ColumnType.Number ? $"count(*) FILTER (WHERE v{i} <> trunc(v{i}))" : "0::BIGINT";
        yield return type == ColumnType.Number ? $"count(*) FILTER (WHERE abs(v{i}) > {Reading.LargestExact})" : "0::BIGINT";
        yield return numeric ? $"min(v{i})::DOUBLE" : "NULL::DOUBLE";
        yield return numeric ? $"max(v{i})::DOUBLE" : "NULL::DOUBLE";
        yield return type == ColumnType.Number ? $"avg(v{i})::DOUBLE" : "NULL::DOUBLE";
    }

    private static ScannedColumn Read(SampledColumn sampled, Row row, int at) => new(
        sampled, sampled.Candidate, row.Long(at), row.Long(at + 1), row.Long(at + 2), row.Long(at + 3), row.Long(at + 4), row.Long(at + 5), row.Long(at + 6), row.Double(at + 7), row.Double(at + 8), row.Double(at + 9));
}
