using Cairn.Access;
using Cairn.Tracking.Registry;

namespace Cairn.Tracking.Recycling;

/// <summary>One sort of thing that can be in the bin: how its rows are found, and how it is taken from everybody at once.</summary>
/// <param name="Name">Its part of a subject: <c>runs/ID</c>.</param>
/// <param name="Reads">What who sees it may.</param>
/// <param name="From">The table as <c>x</c>. What is of an experiment that is being purged goes with it and is not in the bin.</param>
/// <param name="Id">A text.</param>
/// <param name="Called">Its name.</param>
/// <param name="Experiment">That it is of.</param>
/// <param name="Keepers">Which versions of registered models, as <c>v</c>, stand on it.</param>
/// <param name="Vanish">After it nobody finds the thing any more; @id and @deleted are those of the row, @hidden is a name that none can have.</param>
internal sealed record BinKind(string Name, Permission Reads, string From, string Id, string Called, string Experiment, string Keepers, string Vanish)
{
    /// <value>How <see cref="BinItem.KeptBy"/> ends when the version is in the bin too.</value>
    public const string InBin = " (in the bin)";

    private const string Stays = "NOT EXISTS (SELECT 1 FROM experiments g WHERE g.workspace_id = x.workspace_id AND g.experiment_id = x.experiment_id AND g.lifecycle_stage = 'purged')";

    // A version that was deleted before there was a bin keeps nothing.
    private const string Stands = "v.workspace_id = x.workspace_id AND (v.deleted_at IS NULL OR v.bin_id IS NOT NULL)";

    private const string None = "CAST(NULL AS BIGINT)";

    // As the index has it. What names a version or a logged model is shorter.
    private const string Source = "substr(v.source, 1, 300)";

    public static readonly BinKind Runs = new(
        "runs", Permission.RunsRead, $"runs x WHERE {Stays}", "x.run_id", "x.name", "x.experiment_id", "v.run_id = x.run_id",
        "DELETE FROM runs WHERE workspace_id = @workspace AND run_id = @id AND deleted_at = @deleted");

    public static readonly BinKind LoggedModels = new(
        "logged-models", Permission.RunsRead, $"logged_models x WHERE {Stays}", "x.model_id", "x.name", "x.experiment_id", $"{Source} = 'models:/' || x.model_id",
        "DELETE FROM logged_models WHERE workspace_id = @workspace AND model_id = @id AND deleted_at = @deleted");

    /// <remarks>The name is free at once; what stands in its place no experiment can be called.</remarks>
    public static readonly BinKind Experiments = new(
        "experiments", Permission.RunsRead, "experiments x WHERE 1 = 1", "CAST(x.experiment_id AS VARCHAR(20))", "x.name", "x.experiment_id",
        """
        (EXISTS (SELECT 1 FROM runs r WHERE r.workspace_id = v.workspace_id AND r.run_id = v.run_id AND r.experiment_id = x.experiment_id)
            OR (substr(v.source, 1, 10) = 'models:/m-'
                AND EXISTS (SELECT 1 FROM logged_models m WHERE m.workspace_id = v.workspace_id AND m.model_id = substr(v.source, 9) AND m.experiment_id = x.experiment_id)))
        """,
        """
        UPDATE experiments SET lifecycle_stage = 'purged', deleted_at = NULL, name = @hidden
        WHERE workspace_id = @workspace AND CAST(experiment_id AS VARCHAR(20)) = @id AND deleted_at = @deleted
        """);

    /// <remarks>A copy of a version finds its files by way of the version.</remarks>
    public static readonly BinKind Versions = new(
        "versions", Permission.ModelsRead, "model_versions x WHERE x.bin_id > ''", "x.bin_id", VersionOf("x"), None,
        $"{Source} = 'models:/' || {ModelOf("x")} || '/' || CAST(x.version AS VARCHAR(20)) AND NOT (v.model = x.model AND v.version = x.version)",
        "UPDATE model_versions SET model = @hidden, bin_id = NULL WHERE workspace_id = @workspace AND bin_id = @id AND bin_id > '' AND deleted_at = @deleted")
    {
        Before =
        [
            .. ((string[])["model_version_tags", "gate_verdicts"]).Select(table =>
                $"""
                UPDATE {table} SET model = @hidden WHERE workspace_id = @workspace
                AND (model, version) IN (SELECT v.model, v.version FROM model_versions v WHERE v.workspace_id = @workspace AND v.bin_id = @id AND v.bin_id > '')
                """),
        ],
    };

    public static readonly BinKind Models = new(
        "models", Permission.ModelsRead, "deleted_models x WHERE 1 = 1", "x.model_id", "x.name", None,
        $"""
        v.model <> ':' || x.model_id AND {Source} > 'models:/' || x.name || '/' AND {Source} < 'models:/' || x.name || '0'
        AND EXISTS (SELECT 1 FROM model_versions o WHERE o.workspace_id = x.workspace_id AND o.model = ':' || x.model_id AND v.source = 'models:/' || x.name || '/' || CAST(o.version AS VARCHAR(20)))
        """,
        "DELETE FROM deleted_models WHERE workspace_id = @workspace AND model_id = @id AND deleted_at = @deleted")
    {
        Before =
        [
            "DELETE FROM model_aliases WHERE workspace_id = @workspace AND model IN (SELECT ':' || v.bin_id FROM model_versions v WHERE v.workspace_id = @workspace AND v.model = @hidden AND v.bin_id > '')",
            "UPDATE model_versions SET bin_id = NULL WHERE workspace_id = @workspace AND model = @hidden",
        ],
    };

    /// <value>In the order of a purge: parts before the whole, and what stands on something before it.</value>
    public static IReadOnlyList<BinKind> All { get; } = [Versions, Models, Runs, LoggedModels, Experiments];

    public static BinKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);

    /// <value>Done ahead of <see cref="Vanish"/>, in the same transaction and with the same parameters.</value>
    public IReadOnlyList<string> Before { get; private init; } = [];

    /// <value>Whether its rows are those of a registered model.</value>
    public bool IsOfRegistry => this == Versions || this == Models;

    /// <summary>Selects what is in the bin.</summary>
    public string Items => $"SELECT {Columns} FROM {From} AND x.workspace_id = @workspace AND x.deleted_at IS NOT NULL";

    /// <summary>The same with what keeps each.</summary>
    public string ItemsWithKeepers => $"SELECT {Columns}, {KeptBy} AS kept_by FROM {From} AND x.workspace_id = @workspace AND x.deleted_at IS NOT NULL";

    /// <value>A version that stands on it, in words, one that is not deleted first; NULL: none does.</value>
    public string KeptBy
    {
        get
        {
            var version = $"(SELECT {VersionOf("v")} || CASE WHEN v.deleted_at IS NULL THEN '' ELSE '{InBin}' END FROM model_versions v WHERE {Stands} AND {Keepers} ORDER BY v.deleted_at IS NOT NULL, v.model, v.version LIMIT 1)";
            return this == Experiments ? $"COALESCE(CASE WHEN x.experiment_id = 0 THEN '' END, {version})" : version;
        }
    }

    /// <summary>Selects the versions of the bin that stand on the thing @id.</summary>
    public string KeepersInBin =>
        $"SELECT v.model, v.bin_id FROM model_versions v, {From} AND x.workspace_id = @workspace AND {Id} = @id AND v.workspace_id = x.workspace_id AND v.bin_id IS NOT NULL AND {Keepers}";

    private string Columns => $"'{Name}' AS kind, {Id} AS id, {Called} AS name, {Experiment} AS experiment_id, x.deleted_at, x.deleted_by";

    /// <summary>What rows of the thing have where a name was.</summary>
    public string Hidden(string id) => IsOfRegistry ? DeletedModels.Place(id) : $"\u0001{id}";

    private static string ModelOf(string row) =>
        $"CASE WHEN substr({row}.model, 1, 1) = ':' THEN (SELECT d.name FROM deleted_models d WHERE d.workspace_id = {row}.workspace_id AND d.model_id = substr({row}.model, 2)) ELSE {row}.model END";

    private static string VersionOf(string row) => $"{ModelOf(row)} || ' version ' || CAST({row}.version AS VARCHAR(20))";
}
