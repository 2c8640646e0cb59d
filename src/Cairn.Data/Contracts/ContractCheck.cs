using System.Globalization;
using System.Text.Json;
using Cairn.Data.Engine;
using Cairn.Data.Sources;

namespace Cairn.Data.Contracts;

/// <summary>A source held against a contract: every rule in one aggregate over one scan, then the examples of all broken ones in a second.</summary>
/// <remarks>Only dates with slashes need another scan: their order of day and month is decided from the whole column.</remarks>
internal sealed class ContractCheck(DuckDb engine, Source source, Schema schema, bool targetMayBeAbsent)
{
    private readonly Dictionary<string, DateOrder> _dates = new(StringComparer.Ordinal);

    /// <value>Columns of the contract that the source has.</value>
    private List<ColumnContract> Present => [.. schema.Columns.Where(c => source.Find(c.Name) is { Type: not SourceType.Other })];

    /// <summary>The report, and the scan that reads the values it speaks of.</summary>
    public (ValidationReport Report, TypedScan Scan) Run()
    {
        var present = Present;
        var violations = new List<Violation>();
        foreach (var column in schema.Columns.Except(present))
        {
            if (targetMayBeAbsent && column.Name == schema.Target?.Column && source.Find(column.Name) is null) continue;
            var found = source.Find(column.Name) is { } other ? $"the Parquet type {other.NativeType}" : $"columns {Rule.List([.. source.Columns.Select(c => c.Name)])}";
            violations.Add(new(column.Name, "column-missing", source.Rows, found, $"a column '{column.Name}' ({Word(column.Type)})", []));
        }

        var rules = Rules(present);
        var counts = Count(present, rules);
        var scan = new TypedScan(source, present, _dates);
        var broken = rules.Zip(counts.Broken).Where(r => r.Second > 0).ToList();
        violations.AddRange(Examples(scan, broken));
        violations.AddRange(WholeColumns(scan, counts));

        var columnOrder = schema.Columns.Select((c, i) => (c.Name, i)).ToDictionary(c => c.Name, c => c.i, StringComparer.Ordinal);
        var extra = source.Columns.Where(c => schema.Find(c.Name) is null).Select(c => $"Column {c.Name} is not in the contract and is left out.");
        var all = new TypedScan(source, [.. schema.Columns.Where(c => !targetMayBeAbsent || c.Name != schema.Target?.Column || source.Find(c.Name) is not null)], _dates);
        var checks = schema.Columns.Count + rules.Count + (counts.KeyIndex >= 0 ? 1 : 0) + (counts.TargetIndex >= 0 ? 1 : 0);
        return (new ValidationReport(source.Rows, checks, [.. violations.OrderBy(v => columnOrder[v.Column])]) { Notes = [.. source.Notes, .. extra] }, all);
    }

    /// <summary>For times written with slashes: what comes first, decided from the whole column.</summary>
    public Dictionary<string, DateOrder> DateOrders()
    {
        Count(Present, []);
        return _dates;
    }

    private List<Rule> Rules(List<ColumnContract> present)
    {
        var rules = new List<Rule>();
        for (var i = 0; i < present.Count; i++)
        {
            var isTarget = present[i].Name == schema.Target?.Column;
            rules.AddRange(Rule.Of(present[i], i, mandatory: present[i].Name == schema.Key || (isTarget && !targetMayBeAbsent)));
        }

        return rules;
    }

    private Counts Count(List<ColumnContract> present, List<Rule> rules)
    {
        var counts = CountOnce(present, rules);
        var undecided = counts.Slashes.Where(s => s.Total > 0).ToList();
        if (undecided.Count == 0) return counts;
        foreach (var column in undecided) _dates[column.Name] = Decide(column);
        return CountOnce(present, rules) with { Slashes = counts.Slashes };
    }

    private Counts CountOnce(List<ColumnContract> present, List<Rule> rules)
    {
        var scan = new TypedScan(source, present, _dates);
        var (key, target) = (present.FindIndex(c => c.Name == schema.Key), targetMayBeAbsent ? -1 : present.FindIndex(c => c.Name == schema.Target?.Column));
        var times = present.Select((c, i) => (Column: c, Index: i)).Where(c => c.Column.Type == ColumnType.Timestamp && scan.Readings[c.Index].Source == SourceType.Text && !_dates.ContainsKey(c.Column.Name)).ToList();

        var aggregates = rules.Select(r => $"count(*) FILTER (WHERE {r.Broken})").ToList();
        var keyAt = aggregates.Count;
        if (key >= 0) aggregates.AddRange([$"count(v{key})", $"count(DISTINCT v{key})"]);
        var targetAt = aggregates.Count;
        if (target >= 0) aggregates.AddRange(TargetAggregates(present[target], target));
        var timesAt = aggregates.Count;
        foreach (var (_, i) in times)
        {
            var slashes = Reading.HasSlashes($"t{i}");
            aggregates.Add($"count(*) FILTER (WHERE {slashes})");
            aggregates.Add($"count({Reading.ParsedSlashes($"t{i}", DateOrder.MonthFirst)})");
            aggregates.Add($"count({Reading.ParsedSlashes($"t{i}", DateOrder.DayFirst)})");
        }

        if (aggregates.Count == 0) return new([], -1, 0, 0, -1, null, []);
        var row = engine.Single($"SELECT {string.Join(", ", aggregates)} FROM {scan.From}");
        return new(
            [.. rules.Select((_, i) => row.Long(i))],
            key, key >= 0 ? row.Long(keyAt) : 0, key >= 0 ? row.Long(keyAt + 1) : 0,
            target, target >= 0 ? new(row.Long(targetAt), row.Long(targetAt + 1), row.Text(targetAt + 2), row.Text(targetAt + 3)) : null,
            [.. times.Select((t, n) => new Slashes(t.Column.Name, row.Long(timesAt + (3 * n)), row.Long(timesAt + (3 * n) + 1), row.Long(timesAt + (3 * n) + 2)))]);
    }

    /// <summary>Rows of the positive class, of others, and the first and last text among the others: two classes when those are one.</summary>
    private IEnumerable<string> TargetAggregates(ColumnContract column, int i)
    {
        var label = TargetLabel.Of(column.Type, $"v{i}");
        var positive = Sql.Text(TargetLabel.Canonical(column.Type, schema.Target!.Positive));
        return
        [
            $"count(*) FILTER (WHERE {label} = {positive})", $"count(*) FILTER (WHERE {label} <> {positive})",
            $"min({label}) FILTER (WHERE {label} <> {positive})", $"max({label}) FILTER (WHERE {label} <> {positive})",
        ];
    }

    private static DateOrder Decide(Slashes column) =>
        column.MonthFirst == column.DayFirst ? DateOrder.Unknown : column.MonthFirst > column.DayFirst ? DateOrder.MonthFirst : DateOrder.DayFirst;

    private IEnumerable<Violation> Examples(TypedScan scan, List<(Rule Rule, long Rows)> broken)
    {
        if (broken.Count == 0) return [];
        var lists = broken.Select(b => $"to_json(min_by({"{"}'r': row, 'v': {b.Rule.Shown}{"}"}, row, 5) FILTER (WHERE {b.Rule.Broken}))::VARCHAR");
        var row = engine.Single($"SELECT {string.Join(", ", lists)} FROM {scan.FromNumbered}");
        return broken.Select((b, i) =>
        {
            var examples = Parse(row.Text(i));
            var ambiguous = b.Rule.Name == "type" && _dates.TryGetValue(b.Rule.Column, out var order) && order == DateOrder.Unknown;
            return new Violation(
                b.Rule.Column, b.Rule.Name, b.Rows,
                b.Rule.Found(b.Rows, [.. examples.Select(e => e.Value)]) + (ambiguous ? "; no row tells whether the month or the day comes first" : ""),
                ambiguous ? "unambiguous dates: write them as 2017-10-31" : b.Rule.Expected, examples);
        });
    }

    private IEnumerable<Violation> WholeColumns(TypedScan scan, Counts counts)
    {
        if (counts.KeyIndex >= 0 && counts.Keys > counts.DistinctKeys)
        {
            var key = counts.KeyIndex;
            var repeated = engine.Single($$"""
                SELECT to_json(min_by({'r': row, 'v': t}, row, 5))::VARCHAR
                FROM (SELECT row, t{{key}} AS t, row_number() OVER (PARTITION BY v{{key}} ORDER BY row) AS n FROM {{scan.FromNumbered}} WHERE v{{key}} IS NOT NULL) WHERE n > 1
                """);
            var rows = counts.Keys - counts.DistinctKeys;
            yield return new(schema.Key!, "unique-key", rows, $"{Rule.Rows(rows)} that {(rows == 1 ? "repeats" : "repeat")} a key", "every key once", Parse(repeated.Text(0)));
        }

        if (counts.Target is not { } target) yield break;
        var positive = schema.Target!.Positive;
        if (target.Positives > 0 && target.Others > 0 && target.FirstOther == target.LastOther) yield break;
        var found = (target.Positives, target.Others) switch
        {
            (0, 0) => "no value at all",
            (_, 0) => $"only '{positive}'",
            (0, _) when target.FirstOther == target.LastOther => $"only '{target.FirstOther}'",
            (0, _) => $"no '{positive}', but '{target.FirstOther}', '{target.LastOther}'",
            _ => $"'{positive}', '{target.FirstOther}', '{target.LastOther}' and perhaps more",
        };
        yield return new(schema.Target.Column, "target-classes", target.Others, found, $"two classes, one of them '{positive}'", []);
    }

    private static List<ExampleRow> Parse(string? json)
    {
        if (json is null) return [];
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(e => new ExampleRow(e.GetProperty("r").GetInt64(), Short(e.GetProperty("v").GetString())))];
    }

    private static string? Short(string? value) => value is { Length: > 120 } ? value[..120] + "…" : value;

    private static string Word(ColumnType type) => type.ToString().ToLower(CultureInfo.InvariantCulture);

    private sealed record Counts(long[] Broken, int KeyIndex, long Keys, long DistinctKeys, int TargetIndex, TargetCounts? Target, IReadOnlyList<Slashes> Slashes);

    private sealed record TargetCounts(long Positives, long Others, string? FirstOther, string? LastOther);

    private sealed record Slashes(string Name, long Total, long MonthFirst, long DayFirst);
}
