namespace Cairn.Tracking.Search;

/// <summary>What may be asked of runs. A run without the metric, param or tag matches nothing, not even <c>!=</c>; a NaN counts as 0.</summary>
internal static class RunFilter
{
    /// <summary>Of <c>runs r</c>.</summary>
    public const string ArtifactUri =
        """
        ((SELECT CASE WHEN e.artifact_location = '' THEN 'mlflow-artifacts:/' || CAST(e.experiment_id AS VARCHAR(20)) ELSE e.artifact_location END
          FROM experiments e WHERE e.workspace_id = r.workspace_id AND e.experiment_id = r.experiment_id) || '/' || r.run_id || '/artifacts')
        """;

    private static readonly string[] _entities = ["metric", "parameter", "tag", "attribute", "dataset"];

    private static readonly string[] _attributes =
        ["run_id", "run_name", "run name", "Run name", "Run Name", "user_id", "status", "artifact_uri", "start_time", "end_time", "created", "Created"];

    /// <summary>Conditions on <c>runs r</c>.</summary>
    /// <param name="anyCaseOfStatus">Whether 'finished' is the same as 'FINISHED'; to MLflow's clients it is not.</param>
    public static IReadOnlyList<string> Conditions(IReadOnlyList<FilterClause> clauses, ClauseSql sql, bool anyCaseOfStatus = false) =>
        [.. clauses.Select(clause => Condition(anyCaseOfStatus ? WithStatusInCapitals(clause) : clause, sql))];

    /// <param name="place">Where in the filter it stands, to be told when it is none.</param>
    public static string Entity(string? entity, int? place = null) => entity switch
    {
        "metric" or "metrics" => "metric",
        "param" or "params" or "parameter" or "parameters" => "parameter",
        "tag" or "tags" => "tag",
        null or "attribute" or "attributes" or "attr" or "run" => "attribute",
        "dataset" or "datasets" => "dataset",
        _ => throw new FilterException($"Invalid entity type '{entity}'. Valid values are [{string.Join(", ", _entities.Select(known => $"'{known}'"))}]", place),
    };

    public static FilterException NoAttribute(string key, IEnumerable<string> known, int? place = null) =>
        new($"Invalid attribute key '{key}' specified. Valid keys are '{{{string.Join(", ", known.Select(name => $"'{name}'"))}}}'", place);

    private static string Condition(FilterClause clause, ClauseSql sql) => Entity(clause.Entity, clause.Start) switch
    {
        "metric" => Exists("run_latest_metrics", $"f.key = {sql.Add(clause.Key)} AND {sql.Number("f.value", clause, "metric")}"),
        "parameter" => Exists("run_params", $"f.key = {sql.Add(clause.Key)} AND {sql.Text("f.value", clause, "parameter")}"),
        "tag" => Exists("run_tags", $"f.key = {sql.Add(clause.Key)} AND {sql.Text("f.value", clause, "tag")}"),
        "dataset" => Exists("run_inputs", clause.Key is "name" or "digest" or "context"
            ? sql.Text($"f.{clause.Key}", clause, "dataset", lists: true)
            : throw clause.Wrong($"Invalid dataset attribute key: {clause.Key}. Valid keys are 'name', 'digest' and 'context'.")),
        _ => Attribute(clause, sql),
    };

    private static string Attribute(FilterClause clause, ClauseSql sql)
    {
        if (clause.Key is "start_time" or "created" or "Created") return sql.Time("r.started_at", clause);
        if (clause.Key == "end_time") return sql.Time("r.ended_at", clause);
        if (!_attributes.Contains(clause.Key, StringComparer.Ordinal)) throw NoAttribute(clause.Key, _attributes, clause.Start);
        if (clause.Comparator is "IN" or "NOT IN" && clause.Kind == ValueKind.List)
            return clause.Key == "run_id"
                ? sql.In("r.run_id", clause.Comparator == "NOT IN", [.. clause.Texts.Where(id => !id.Any(char.IsUpper))])
                : throw clause.Wrong("Only the 'run_id' attribute supports comparison with a list of quoted string values.");
        return sql.Text(
            clause.Key switch { "run_id" => "r.run_id", "user_id" => "r.user_name", "status" => "UPPER(r.status)", "artifact_uri" => ArtifactUri, _ => "r.name" }, clause, "attribute");
    }

    private static FilterClause WithStatusInCapitals(FilterClause clause) =>
        clause is { Key: "status", Kind: ValueKind.Text } && Entity(clause.Entity, clause.Start) == "attribute" ? clause with { Texts = [clause.Text.ToUpperInvariant()] } : clause;

    private static string Exists(string table, string condition) => $"EXISTS (SELECT 1 FROM {table} f WHERE f.workspace_id = r.workspace_id AND f.run_id = r.run_id AND {condition})";
}
