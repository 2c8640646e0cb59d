using Cairn.Client.Wire;
using Cairn.Data.Contracts;
using Cairn.Data.Engine;

namespace Cairn.Data.Profiles;

/// <summary>Statistics of the columns of stored parts, each from a scan of its own column only.</summary>
/// <param name="from">The parts, as they stand behind FROM.</param>
internal sealed class ColumnProfiler(DuckDb engine, Schema schema, string from, long rows)
{
    private const int MostBuckets = 24, MostValues = 10;

    // Beyond it exact counts of different values would hold all of them in memory.
    private const long ExactRows = 1_000_000;

    private const string View = "profiled";

    public (IReadOnlyList<ColumnProfileWire> Columns, long? Positives, long? Labelled) Run()
    {
        var target = schema.Target is { } named ? schema.Find(named.Column) : null;
        var positive = target is null ? "NULL::BOOLEAN" : $"({TargetLabel.Of(target.Type, Sql.Name(target.Name))} = {Sql.Text(TargetLabel.Canonical(target.Type, schema.Target!.Positive))})";
        engine.Execute($"CREATE VIEW {View} AS SELECT {string.Join(", ", schema.Columns.Select((column, i) => $"{ValueOf(column)} AS v{i}"))}, {positive} AS pos FROM {from}");

        (long? Positives, long? Labelled) classes = (null, null);
        if (target is not null)
        {
            var counts = engine.Single($"SELECT count(*) FILTER (WHERE pos), count(pos) FROM {View}");
            classes = (counts.Long(0), counts.Long(1));
        }

        return ([.. schema.Columns.Select((column, i) => Profile(column, $"v{i}", target))], classes.Positives, classes.Labelled);
    }

    private ColumnProfileWire Profile(ColumnContract column, string value, ColumnContract? target)
    {
        var distinct = rows <= ExactRows ? $"count(DISTINCT {value})" : $"approx_count_distinct({value})::BIGINT";
        var ends = IsNumber(column.Type) ? $", min({value}), max({value})" : "";
        var row = engine.Single($"SELECT count({value}), {distinct}{ends} FROM {View}");
        var (present, different) = (row.Long(0), row.Long(1));
        var described = ends.Length > 0 && present > 0 ? Describe(value, row.Double(2)!.Value, row.Double(3)!.Value) : null;
        var tells = target is not null && column != target && column.Name != schema.Key && column.Type != ColumnType.Text;
        return new(
            column.Name, Versions.Wire.Word(column.Type), column.Pii, rows - present, different, described, tells ? AucAlone(column, value) : null,
            described is not null ? Ranges(column, value, described, different, target is not null)
                : column.Pii || column.Type == ColumnType.Text || IsNumber(column.Type) ? [] : Values(value, target is not null));
    }

    private NumberProfileWire Describe(string value, double low, double high)
    {
        // Sums and squares of what is near the end of doubles would leave them, which DuckDB refuses: a power of two changes no bit.
        var scale = Math.Max(Math.Abs(low), Math.Abs(high)) > 1e150 ? Math.ScaleB(1, 700) : 1;
        var scaled = $"{value} / {Sql.Number(scale)}";
        var row = engine.Single($"SELECT quantile_cont({scaled}, 0.25), quantile_cont({scaled}, 0.5), quantile_cont({scaled}, 0.75), avg({scaled}), stddev_samp({scaled}) FROM {View}");
        return new(low, row.Double(0)!.Value * scale, row.Double(1)!.Value * scale, row.Double(2)!.Value * scale, high, row.Double(3)!.Value * scale, row.Double(4) * scale);
    }

    private List<BucketWire> Ranges(ColumnContract column, string value, NumberProfileWire numbers, long distinct, bool hasTarget)
    {
        var (low, high) = (numbers.Min, numbers.Max);
        var whole = column.Type == ColumnType.Integer && high - low < MostBuckets;
        var count = whole ? (int)(high - low) + 1 : distinct == 1 ? 1 : MostBuckets;
        // A difference of two large ends can be infinite; that of their halves is not, and has the same bits otherwise.
        var half = whole ? 0.5 : ((high / 2) - (low / 2)) / count;
        var place = count == 1 ? "0" : $"least({count - 1}, floor(({value} / 2 - {Sql.Number(low / 2)}) / {Sql.Number(half)}))";
        var (seen, positives) = (new long[count], new long[count]);
        using (var found = engine.Stream($"SELECT {place}::BIGINT AS place, count(*), count(*) FILTER (WHERE pos) FROM {View} WHERE {value} IS NOT NULL GROUP BY place"))
        {
            while (found.Next() is { } chunk)
            {
                for (var i = 0; i < chunk.Rows; i++)
                {
                    var at = (int)Math.Clamp(chunk.Longs(0)[i], 0, count - 1);
                    seen[at] += chunk.Longs(1)[i];
                    positives[at] += chunk.Longs(2)[i];
                }
            }
        }

        return [.. Enumerable.Range(0, count).Select(i => new BucketWire(
            null, low + (2 * i * half), whole ? low + i : i == count - 1 ? high : low + (2 * (i + 1) * half), seen[i], hasTarget ? positives[i] : null))];
    }

    private List<BucketWire> Values(string value, bool hasTarget)
    {
        var buckets = new List<BucketWire>();
        using var found = engine.Stream($"SELECT {value}, count(*) AS n, count(*) FILTER (WHERE pos) FROM {View} WHERE {value} IS NOT NULL GROUP BY {value} ORDER BY n DESC, {value} LIMIT {MostValues}");
        while (found.Next() is { } chunk)
        {
            for (var i = 0; i < chunk.Rows; i++) buckets.Add(new(chunk.Texts(0)[i], null, null, chunk.Longs(1)[i], hasTarget ? chunk.Longs(2)[i] : null));
        }

        return buckets;
    }

    /// <summary>Mann-Whitney: the share of pairs of a positive and a negative row that the value orders rightly, ties as halves.</summary>
    private double? AucAlone(ColumnContract column, string value)
    {
        var order = IsNumber(column.Type) ? value : $"p / (p + n), {value}";
        var auc = engine.Single(
            $"""
            WITH grouped AS (SELECT {value}, count(*) FILTER (WHERE pos)::DOUBLE AS p, count(*) FILTER (WHERE NOT pos)::DOUBLE AS n FROM {View} WHERE {value} IS NOT NULL AND pos IS NOT NULL GROUP BY {value}),
            ordered AS (SELECT p, n, coalesce(sum(n) OVER (ORDER BY {order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS below FROM grouped)
            SELECT (sum(p * (below + n / 2)) / nullif(sum(p) * sum(n), 0))::DOUBLE FROM ordered
            """).Double(0);
        return auc is { } found ? Math.Max(found, 1 - found) : null;
    }

    private static bool IsNumber(ColumnType type) => type is ColumnType.Number or ColumnType.Integer or ColumnType.Timestamp;

    private static string ValueOf(ColumnContract column)
    {
        var name = Sql.Name(column.Name);
        return column.Type switch
        {
            ColumnType.Timestamp => $"epoch_us({name})::DOUBLE",
            ColumnType.Number or ColumnType.Integer => $"(CASE WHEN isfinite({name}::DOUBLE) THEN {name}::DOUBLE END)",
            _ => $"{name}::VARCHAR",
        };
    }
}
