namespace Cairn.Tracking.Recycling;

/// <summary>One sort of thing that can be in the bin: how its rows are found, and how it is taken from everybody at once.</summary>
/// <param name="Name">Its part of a subject: <c>runs/ID</c>.</param>
/// <param name="From">The table as <c>x</c>. What is of an experiment that is being purged goes with it and is not in the bin.</param>
/// <param name="Id">A text.</param>
/// <param name="KeptBy">A version of a registered model that stands on it, in words; NULL: none does.</param>
/// <param name="Vanish">After it nobody finds the thing any more; @id and @deleted are those of the row.</param>
internal sealed record BinKind(string Name, string From, string Id, string Experiment, string KeptBy, string Vanish)
{
    private const string Version = "v.model || ' version ' || CAST(v.version AS VARCHAR(20))";

    private const string Stays = "NOT EXISTS (SELECT 1 FROM experiments g WHERE g.workspace_id = x.workspace_id AND g.experiment_id = x.experiment_id AND g.lifecycle_stage = 'purged')";

    public static readonly BinKind Runs = new(
        "runs", $"runs x WHERE {Stays}", "x.run_id", "x.experiment_id",
        $"(SELECT {Version} FROM model_versions v WHERE v.workspace_id = x.workspace_id AND v.run_id = x.run_id AND v.deleted_at IS NULL ORDER BY v.model, v.version LIMIT 1)",
        "DELETE FROM runs WHERE workspace_id = @workspace AND run_id = @id AND deleted_at = @deleted");

    public static readonly BinKind LoggedModels = new(
        "logged-models", $"logged_models x WHERE {Stays}", "x.model_id", "x.experiment_id",
        $"(SELECT {Version} FROM model_versions v WHERE v.workspace_id = x.workspace_id AND v.source = 'models:/' || x.model_id AND v.deleted_at IS NULL ORDER BY v.model, v.version LIMIT 1)",
        "DELETE FROM logged_models WHERE workspace_id = @workspace AND model_id = @id AND deleted_at = @deleted");

    /// <remarks>The name is free at once; what stands in its place no experiment can be called.</remarks>
    public static readonly BinKind Experiments = new(
        "experiments", "experiments x WHERE 1 = 1", "CAST(x.experiment_id AS VARCHAR(20))", "x.experiment_id",
        $"""
        COALESCE(
            CASE WHEN x.experiment_id = 0 THEN '' END,
            (SELECT {Version} FROM model_versions v JOIN runs r ON r.workspace_id = v.workspace_id AND r.run_id = v.run_id
                WHERE v.workspace_id = x.workspace_id AND r.experiment_id = x.experiment_id AND v.deleted_at IS NULL ORDER BY v.model, v.version LIMIT 1),
            (SELECT {Version} FROM model_versions v JOIN logged_models m ON m.workspace_id = v.workspace_id AND v.source = 'models:/' || m.model_id
                WHERE v.workspace_id = x.workspace_id AND m.experiment_id = x.experiment_id AND v.deleted_at IS NULL ORDER BY v.model, v.version LIMIT 1))
        """,
        """
        UPDATE experiments SET lifecycle_stage = 'purged', deleted_at = NULL, name = @hidden
        WHERE workspace_id = @workspace AND CAST(experiment_id AS VARCHAR(20)) = @id AND deleted_at = @deleted
        """);

    /// <value>In the order of a purge: parts before the whole.</value>
    public static IReadOnlyList<BinKind> All { get; } = [Runs, LoggedModels, Experiments];

    public static BinKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);

    /// <summary>Selects what is in the bin.</summary>
    public string Items => $"SELECT '{Name}' AS kind, {Id} AS id, x.name, x.experiment_id, x.deleted_at, x.deleted_by FROM {From} AND x.workspace_id = @workspace AND x.deleted_at IS NOT NULL";

    /// <summary>The same with what keeps each.</summary>
    public string ItemsWithKeepers => $"SELECT '{Name}' AS kind, {Id} AS id, x.name, x.experiment_id, x.deleted_at, x.deleted_by, {KeptBy} AS kept_by FROM {From} AND x.workspace_id = @workspace AND x.deleted_at IS NOT NULL";
}
