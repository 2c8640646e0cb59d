using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Recycling;

/// <summary>A table with rows that belong to a run, a logged model, an experiment or a registered model and go with it.</summary>
/// <param name="Key">What of the primary key stands behind the owner, in its order.</param>
internal sealed record OwnedTable(string Name, string Owner, params IReadOnlyList<string> Key)
{
    private static readonly OwnedTable _versions = new("model_versions", "model", "version");

    public static IReadOnlyList<OwnedTable> OfRuns { get; } =
    [
        new("run_metrics", "run_id", "key", "timestamp", "step", "value", "is_nan"), new("run_latest_metrics", "run_id", "key"), new("run_params", "run_id", "key"), new("run_tags", "run_id", "key"),
        new("run_inputs", "run_id", "name", "digest"), new("run_models", "run_id", "direction", "model_id", "step"), new("run_artifacts", "run_id", "path"),
    ];

    public static IReadOnlyList<OwnedTable> OfLoggedModels { get; } =
    [
        new("logged_model_params", "model_id", "key"), new("logged_model_tags", "model_id", "key"),
        new("logged_model_metrics", "model_id", "key", "run_id", "dataset_name", "dataset_digest"), new("run_artifacts", "run_id", "path"),
    ];

    public static IReadOnlyList<OwnedTable> OfExperiments { get; } = [new("experiment_tags", "experiment_id", "key"), new("input_datasets", "experiment_id", "name", "digest")];

    /// <summary>Of a model that has vanished, or of a version, by what stands for its name.</summary>
    public static IReadOnlyList<OwnedTable> OfRegistry { get; } =
    [
        new("model_tags", "model", "key"), new("model_aliases", "model", "alias"), new("model_version_tags", "model", "version", "key"), new("gate_verdicts", "model", "version", "sequence"), _versions,
    ];

    /// <value>Whether its rows are versions of models.</value>
    public bool IsOfVersions => this == _versions;

    /// <summary>Takes away about so many rows. Files and packages are let go of in the same transaction.</summary>
    /// <param name="owners">One, or some that have texts for ids and few rows.</param>
    /// <returns>How many went; and whether none are left, or there may be more.</returns>
    public (long Went, bool IsEmpty) Empty(WriteTransaction transaction, WorkspaceId workspace, IReadOnlyList<object> owners, int rows, long now)
    {
        var (owned, owner, columns) = owners is [var one] ? ("= @owner", one, Key) : (transaction.Among("owner"), transaction.Texts([.. owners.Cast<string>()]), [Owner, .. Key]);
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { ["workspace"] = workspace.Value, ["owner"] = owner, ["rows"] = rows };
        var (where, key, end) = ($"FROM {Name} WHERE workspace_id = @workspace AND {Owner} {owned}", string.Join(", ", columns), "");
        // Walks along the primary key: rows in front of the boundary are found without a look at those behind it.
        transaction.Each($"SELECT {key} {where} ORDER BY {key} LIMIT 1 OFFSET @rows", parameters, row => end = Boundary(row, parameters, columns));
        if (Name == "run_artifacts") UnnamedBlobs.LetGo(transaction, workspace, transaction.Query<string>($"SELECT digest {where}{end}", parameters), now);
        if (IsOfVersions) PurgedPackages.LetGo(transaction, workspace, transaction.Query<string>($"SELECT DISTINCT package_digest {where}{end} AND package_digest IS NOT NULL", parameters), now);
        return (transaction.Execute($"DELETE {where}{end}", parameters), end.Length == 0);
    }

    private static string Boundary(Row row, Dictionary<string, object?> parameters, IReadOnlyList<string> columns)
    {
        for (var at = 0; at < columns.Count; at++) parameters[$"k{at}"] = row.Value(at);
        return $" AND ({string.Join(", ", columns)}) < ({string.Join(", ", columns.Select((_, at) => $"@k{at}"))})";
    }
}
