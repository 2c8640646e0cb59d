using System.Globalization;
using Cairn.Tracking.Search;

namespace Cairn.Tracking.Mlflow.Search;

/// <summary>How the protocol sorts runs: by any number of keys, of which one is nearly always the only one.</summary>
internal static class RunOrdering
{
    private static readonly string[] _attributes = ["start_time", "created", "Created", "end_time", "run_id", "run_name", "status", "artifact_uri", "user_id"];

    /// <returns>At least one; what sorts nothing that is not sorted by then is left out.</returns>
    public static IReadOnlyList<RunOrder> Parse(IReadOnlyList<string> orderBy)
    {
        var keys = new List<RunOrder>();
        foreach (var item in orderBy)
        {
            var (entity, key, descending) = FilterText.ParseOrder(item);
            var kind = RunFilter.Entity(entity);
            if (kind == "attribute" && !_attributes.Contains(key, StringComparer.Ordinal)) throw RunFilter.NoAttribute(key, _attributes);
            if (kind == "dataset") throw new FilterException($"Invalid ordering key in order_by clause '{item}'.");
            if (kind == "attribute") key = Column(key);
            if (keys.Exists(known => known.Entity == kind && known.Key == key)) throw new FilterException($"`order_by` contains duplicate fields: ['{item}']");
            keys.Add(new($"{kind} {key.ReplaceLineEndings(" ")} {(descending ? "DESC" : "ASC")}", kind, key, descending));
        }

        if (keys.Count == 0) return [new("newest", "attribute", "started_at", Descending: true)];
        return keys is [var first, { IsByStart: true, Descending: true }] ? [first] : keys;
    }

    /// <summary>The joins to <c>runs r</c> and the columns of a sort by several keys.</summary>
    public static (string Joins, string Columns) Sorted(IReadOnlyList<RunOrder> keys, ClauseSql sql)
    {
        var (joins, columns) = (new List<string>(), new List<string>());
        foreach (var key in keys)
        {
            var direction = key.Descending ? "DESC" : "ASC";
            if (key.Entity == "attribute")
            {
                if (key.Key == "ended_at") columns.Add("CASE WHEN r.ended_at IS NULL THEN 1 ELSE 0 END");
                columns.Add($"{(key.Key == "artifact_uri" ? RunFilter.ArtifactUri : $"r.{key.Key}")} {direction}");
                continue;
            }

            var table = key.Entity switch { "metric" => "run_latest_metrics", "parameter" => "run_params", _ => "run_tags" };
            var alias = string.Create(CultureInfo.InvariantCulture, $"o{joins.Count}");
            joins.Add($"LEFT JOIN {table} {alias} ON {alias}.workspace_id = r.workspace_id AND {alias}.run_id = r.run_id AND {alias}.key = {sql.Add(key.Key)}");
            columns.Add(key.Entity == "metric"
                ? $"CASE WHEN {alias}.run_id IS NULL THEN 2 WHEN {alias}.is_nan = 1 THEN 1 ELSE 0 END, {alias}.value {direction}"
                : $"CASE WHEN {alias}.run_id IS NULL THEN 1 ELSE 0 END, substr({alias}.value, 1, 250) {direction}");
        }

        if (!keys.Any(key => key.IsByStart)) columns.Add("r.started_at DESC");
        columns.Add("r.run_id");
        return (string.Join(' ', joins), string.Join(", ", columns));
    }

    private static string Column(string key) => key switch
    {
        "end_time" => "ended_at", "run_id" => "run_id", "run_name" => "name", "status" => "status", "artifact_uri" => "artifact_uri", "user_id" => "user_name", _ => "started_at",
    };
}
