using Cairn.Tracking.RunRecords;

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

    /// <summary>Of a tag <c>f</c> that the index on values has.</summary>
    public const string IndexedTag = $"f.key <> '{RunName.Tag}'";

    private const int IndexedCharacters = 250;

    private static readonly string[] _entities = ["metric", "parameter", "tag", "attribute", "dataset"];

    private static readonly string[] _attributes =
        ["run_id", "run_name", "run name", "Run name", "Run Name", "user_id", "status", "artifact_uri", "start_time", "end_time", "created", "Created"];

    /// <param name="anyCaseOfStatus">Whether 'finished' is the same as 'FINISHED'; to MLflow's clients it is not.</param>
    public static IReadOnlyList<RunCondition> Conditions(IReadOnlyList<FilterClause> clauses, ClauseSql sql, bool anyCaseOfStatus = false) =>
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

    /// <summary>Of the runs with a status.</summary>
    public static RunCondition WithStatus(string status, ClauseSql sql) => OfRow("status", $"f.status = {sql.Add(status)}", isRange: true, isOneValue: true);

    /// <summary>Of the runs that are deleted, themselves or with one of these experiments.</summary>
    public static RunCondition Deleted(IReadOnlyList<long> experiments, ClauseSql sql) => experiments.Count == 0
        ? OfRow("lifecycle_stage", "f.lifecycle_stage = 'deleted'", isRange: true, isOneValue: true)
        : OfRow("lifecycle_stage", $"(f.lifecycle_stage = 'deleted' OR {sql.Among("f.experiment_id", experiments)})", isRange: false);

    /// <summary>Of the runs with a part in their name, in any case.</summary>
    public static RunCondition WithPartOfName(string part, ClauseSql sql) => OfRow("name", sql.Holds("f.name", part), isRange: false);

    /// <summary>Of the runs that are equal in an order to that at a place in it.</summary>
    public static RunCondition EqualIn(RunOrder order, RunPlace place, ClauseSql sql)
    {
        var (stretch, of) = (order.Stretches[place.Stretch], (order.Entity, order.Key));
        var isWhole = order.Key is "started_at" or "ended_at";
        var value = stretch.Value is null ? "" : sql.Add(stretch.IsText ? place.Text! : isWhole && order.Entity == "attribute" ? (object)(long)place.Number!.Value : place.Number!.Value);
        if (of == ("attribute", "artifact_uri")) return new($"{ArtifactUri} = {value}");
        if (of == ("attribute", "run_id")) return new($"r.run_id = {value}", new("runs", of, $"f.run_id = {value}", IsRange: true, OfAnyExperiment: true));
        if (order.Entity == "attribute" && stretch.Value is not null) return OfRow(order.Key, $"{(isWhole ? $"f.{order.Key} IS NOT NULL AND " : "")}f.{order.Key} = {value}", order.IsWalked, isOneValue: order.IsWalked);

        var key = sql.Add(order.Key);
        if (stretch.Table == "runs") return new(stretch.Check.Replace("@key", key, StringComparison.Ordinal));
        var where = stretch.Where.Replace("@key", key, StringComparison.Ordinal) + (stretch.Value is null ? "" : $" AND {stretch.Value} = {value}");
        return order.IsWalked
            ? new(Exists(stretch.Table, where), new(stretch.Table, of, where, IsRange: true, IsOneValue: stretch.Value is not null))
            : new(Exists(stretch.Table, $"f.key = {key} AND {stretch.Value} = {value}"));
    }

    private static RunCondition Condition(FilterClause clause, ClauseSql sql)
    {
        var entity = Entity(clause.Entity, clause.Start);
        switch (entity)
        {
            case "metric":
                var key = $"f.key = {sql.Add(clause.Key)}";
                var number = sql.Number("f.value", clause, "metric");
                return new(Exists("run_latest_metrics", $"{key} AND {number}"), new("run_latest_metrics", (entity, clause.Key), $"{key} AND f.is_nan IN (0, 1) AND {number}", IsRange: clause.Comparator != "!=", OfValue: number));
            case "parameter": return Valued("run_params", entity, clause, sql, "");
            case "tag": return Valued("run_tags", entity, clause, sql, $" AND {IndexedTag}");
            case "dataset":
                return new(Exists("run_inputs", clause.Key is "name" or "digest" or "context"
                    ? sql.Text($"f.{clause.Key}", clause, "dataset", lists: true)
                    : throw clause.Wrong($"Invalid dataset attribute key: {clause.Key}. Valid keys are 'name', 'digest' and 'context'.")));
            default: return Attribute(clause, sql);
        }
    }

    private static RunCondition Valued(string table, string entity, FilterClause clause, ClauseSql sql, string indexed)
    {
        var key = $"f.key = {sql.Add(clause.Key)}";
        var text = sql.Text("f.value", clause, entity);
        var exists = Exists(table, $"{key} AND {text}");
        if (indexed.Length > 0 && clause.Key == RunName.Tag) return new(exists);
        var range = sql.Range(RunOrder.IndexedValue, clause, IndexedCharacters);
        // The index alone tells of all but long values.
        var value = range is { IsAll: true } ? range.Sql
            : range is not null ? $"{range.Sql} AND {text}"
            : $"CASE WHEN length({RunOrder.IndexedValue}) < {IndexedCharacters} THEN {text.Replace("f.value", RunOrder.IndexedValue, StringComparison.Ordinal)} ELSE {text} END";
        return new(exists, new(
            table, (entity, clause.Key), $"{key}{indexed} AND {value}", IsRange: range is not null, IsOneValue: range is not null && clause.Comparator == "=", OfValue: value));
    }

    private static RunCondition Attribute(FilterClause clause, ClauseSql sql)
    {
        if (clause.Key is "start_time" or "created" or "Created") return OfRow("started_at", sql.Time("f.started_at", clause), clause.Comparator != "!=");
        if (clause.Key == "end_time") return OfRow("ended_at", $"f.ended_at IS NOT NULL AND {sql.Time("f.ended_at", clause)}", clause.Comparator != "!=");
        if (!_attributes.Contains(clause.Key, StringComparer.Ordinal)) throw NoAttribute(clause.Key, _attributes, clause.Start);
        if (clause.Comparator is "IN" or "NOT IN" && clause.Kind == ValueKind.List)
        {
            if (clause.Key != "run_id") throw clause.Wrong("Only the 'run_id' attribute supports comparison with a list of quoted string values.");
            return OfId(sql.In("f.run_id", clause.Comparator == "NOT IN", [.. clause.Texts.Where(id => !id.Any(char.IsUpper))]), clause);
        }

        switch (clause.Key)
        {
            case "run_id": return OfId(sql.Text("f.run_id", clause, "attribute"), clause);
            case "user_id": return OfRow("user_name", sql.Text("f.user_name", clause, "attribute"), isRange: false);
            case "artifact_uri": return new(sql.Text(ArtifactUri, clause, "attribute"));
            case "status":
                var status = sql.Text("UPPER(r.status)", clause, "attribute");
                return clause.Comparator != "=" ? new(status) : !clause.Text.Any(char.IsLower) ? WithStatus(clause.Text.ToLowerInvariant(), sql) : OfRow("status", "1 = 0", isRange: true);
            default:
                var (name, range) = (sql.Text("f.name", clause, "attribute"), sql.Range("f.name", clause, IndexedCharacters + 1));
                return OfRow("name", range is null || clause.Comparator == "=" ? name : $"{range.Sql} AND {name}", isRange: range is not null, isOneValue: clause.Comparator == "=");
        }
    }

    private static RunCondition OfId(string condition, FilterClause clause) =>
        new(OfR(condition), new("runs", ("attribute", "run_id"), condition, IsRange: clause.Comparator is "=" or "IN", OfAnyExperiment: true));

    private static RunCondition OfRow(string column, string condition, bool isRange, bool isOneValue = false) =>
        new(OfR(condition), new("runs", ("attribute", column), condition, isRange, isOneValue));

    private static string OfR(string condition) => condition.Replace("f.", "r.", StringComparison.Ordinal);

    private static FilterClause WithStatusInCapitals(FilterClause clause) =>
        clause is { Key: "status", Kind: ValueKind.Text } && Entity(clause.Entity, clause.Start) == "attribute" ? clause with { Texts = [clause.Text.ToUpperInvariant()] } : clause;

    private static string Exists(string table, string condition) => $"EXISTS (SELECT 1 FROM {table} f WHERE f.workspace_id = r.workspace_id AND f.run_id = r.run_id AND {condition})";
}
