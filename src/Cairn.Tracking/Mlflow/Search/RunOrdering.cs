using System.Globalization;
using Cairn.Tracking.Search;

namespace Cairn.Tracking.Mlflow.Search;

/// <summary>
/// How found runs are sorted: as stretches that follow each other, each one statement. When a metric of one experiment comes first, its
/// stretches are walks along the index on values: runs with a number, those with a NaN, those without the metric.
/// </summary>
internal static class RunOrdering
{
    private static readonly string[] _attributes = ["start_time", "created", "Created", "end_time", "run_id", "run_name", "status", "artifact_uri", "user_id"];

    /// <param name="experiment">Null: of several.</param>
    public static IReadOnlyList<OrderedStretch> Parse(IReadOnlyList<string> orderBy, long? experiment, ClauseSql sql)
    {
        var keys = new List<(string Entity, string Key, bool Descending)>();
        foreach (var item in orderBy)
        {
            var (entity, key, descending) = FilterText.ParseOrder(item);
            var kind = RunFilter.Entity(entity);
            if (kind == "attribute" && !_attributes.Contains(key, StringComparer.Ordinal)) throw RunFilter.NoAttribute(key, _attributes);
            if (kind == "dataset") throw new FilterException($"Invalid ordering key in order_by clause '{item}'.");
            if (keys.Any(known => known.Entity == kind && known.Key == key)) throw new FilterException($"`order_by` contains duplicate fields: ['{item}']");
            keys.Add((kind, key, descending));
        }

        if (keys is [("metric", var metric, var down), ..] && experiment is { } single)
        {
            var name = sql.Add(metric);
            var of = $"m.workspace_id = @workspace AND m.experiment_id = {sql.Add(single)} AND m.key = {name} AND r.workspace_id = m.workspace_id AND r.run_id = m.run_id";
            var (joins, rest) = Rest(keys.Skip(1), sql);
            return
            [
                new($"run_latest_metrics m CROSS JOIN runs r {joins}", $"{of} AND m.is_nan = 0", $"m.value {(down ? "DESC" : "ASC")}, {rest}"),
                new($"run_latest_metrics m CROSS JOIN runs r {joins}", $"{of} AND m.is_nan = 1", rest),
                new($"runs r {joins}", $"NOT EXISTS (SELECT 1 FROM run_latest_metrics m WHERE m.workspace_id = r.workspace_id AND m.run_id = r.run_id AND m.key = {name})", rest),
            ];
        }

        var (all, order) = Rest(keys, sql);
        return [new($"runs r {all}", "1 = 1", order)];
    }

    private static (string Joins, string Order) Rest(IEnumerable<(string Entity, string Key, bool Descending)> keys, ClauseSql sql)
    {
        var (joins, order, timed) = (new List<string>(), new List<string>(), false);
        foreach (var (entity, key, descending) in keys)
        {
            var direction = descending ? "DESC" : "ASC";
            if (entity == "attribute")
            {
                timed |= key is "start_time" or "created" or "Created";
                if (key == "end_time") order.Add("CASE WHEN r.ended_at IS NULL THEN 1 ELSE 0 END");
                order.Add($"{Column(key)} {direction}");
                continue;
            }

            var table = entity switch { "metric" => "run_latest_metrics", "parameter" => "run_params", _ => "run_tags" };
            var alias = string.Create(CultureInfo.InvariantCulture, $"o{joins.Count}");
            joins.Add($"LEFT JOIN {table} {alias} ON {alias}.workspace_id = r.workspace_id AND {alias}.run_id = r.run_id AND {alias}.key = {sql.Add(key)}");
            order.Add(entity == "metric"
                ? $"CASE WHEN {alias}.run_id IS NULL THEN 2 WHEN {alias}.is_nan = 1 THEN 1 ELSE 0 END, {alias}.value {direction}"
                : $"CASE WHEN {alias}.run_id IS NULL THEN 1 ELSE 0 END, {alias}.value {direction}");
        }

        if (!timed) order.Add("r.started_at DESC");
        order.Add("r.run_id");
        return (string.Join(' ', joins), string.Join(", ", order));
    }

    private static string Column(string key) => key switch
    {
        "end_time" => "r.ended_at", "run_id" => "r.run_id", "run_name" => "r.name", "status" => "r.status", "artifact_uri" => RunFilter.ArtifactUri, "user_id" => "r.user_name",
        _ => "r.started_at",
    };
}

/// <param name="From">Tables, <c>runs r</c> among them.</param>
internal sealed record OrderedStretch(string From, string Condition, string Order);
