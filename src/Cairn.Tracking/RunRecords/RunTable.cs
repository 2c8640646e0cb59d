using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.RunRecords;

/// <summary>The statements on runs that more than one use case needs.</summary>
internal static class RunTable
{
    /// <summary>Selected from <c>runs r</c>.</summary>
    public const string Columns =
        """
        r.run_id, r.experiment_id, r.name, r.status, r.lifecycle_stage, r.user_name, r.started_at, r.ended_at,
        (SELECT e.lifecycle_stage FROM experiments e WHERE e.workspace_id = r.workspace_id AND e.experiment_id = r.experiment_id) AS experiment_stage
        """;

    /// <summary>Of <c>runs r</c>: those of experiments of which no purge has begun.</summary>
    public const string Shows =
        $"NOT EXISTS (SELECT 1 FROM experiments g WHERE g.workspace_id = r.workspace_id AND g.experiment_id = r.experiment_id AND g.lifecycle_stage = '{Lifecycle.Purged}')";

    private const int ShortestPrefix = 4;

    public static Run? Find(ReadTransaction transaction, WorkspaceId workspace, string runId) => transaction.First<Run>(
        $"SELECT {Columns} FROM runs r WHERE r.workspace_id = @workspace AND r.run_id = @runId", new { workspace = workspace.Value, runId }) is { IsGone: false } run ? run : null;

    /// <summary>In the order of the ids, all of which there are.</summary>
    public static IReadOnlyList<Run> Of(ReadTransaction transaction, WorkspaceId workspace, IReadOnlyList<string> ids)
    {
        if (ids.Count == 0) return [];
        var rows = transaction.Query<Run>(
                $"SELECT {Columns} FROM runs r WHERE r.workspace_id = @workspace AND r.run_id {transaction.Among("ids")}", new { workspace = workspace.Value, ids = transaction.Texts(ids) })
            .ToDictionary(run => run.RunId, StringComparer.Ordinal);
        return [.. ids.Select(id => rows[id])];
    }

    public static Answer<Run> Require(ReadTransaction transaction, WorkspaceId workspace, string runId) =>
        Find(transaction, workspace, runId) is { } run ? run : Unknown(transaction, workspace, runId);

    /// <summary>A run that may be written to.</summary>
    public static Answer<Run> RequireActive(ReadTransaction transaction, WorkspaceId workspace, string runId)
    {
        var found = Require(transaction, workspace, runId);
        return found.Refusal is null && found.Value.CannotChange() is { } refusal ? refusal : found;
    }

    /// <summary>By the whole id, or by its beginning when no other run begins so.</summary>
    public static Answer<Run> RequireByPrefix(ReadTransaction transaction, WorkspaceId workspace, string prefix)
    {
        if (prefix.Length is < ShortestPrefix or >= 32 || !prefix.All(char.IsAsciiHexDigitLower)) return Require(transaction, workspace, prefix);

        var matches = transaction.Query<Run>(
            $"SELECT {Columns} FROM runs r WHERE r.workspace_id = @workspace AND r.run_id >= @prefix AND r.run_id < @after ORDER BY r.run_id LIMIT 5",
            new { workspace = workspace.Value, prefix, after = prefix + "g" }).Where(run => !run.IsGone).ToList();
        return matches.Count switch
        {
            0 => Unknown(transaction, workspace, prefix),
            1 => matches[0],
            _ => new Refusal.Conflict(
                "run.id-ambiguous",
                $"Several runs begin with {prefix}: {string.Join(", ", matches.Select(run => $"{run.RunId} ({run.Name})"))}{(matches.Count == 5 ? ", …" : "")}. Give more digits."),
        };
    }

    public static void Insert(WriteTransaction transaction, WorkspaceId workspace, Run run, IReadOnlyDictionary<string, string> tags)
    {
        transaction.Insert(
            "runs", ("workspace_id", new[] { workspace.Value }), ("run_id", new[] { run.RunId }), ("experiment_id", new[] { run.ExperimentId }), ("name", new[] { run.Name }),
            ("status", new[] { run.Status }), ("lifecycle_stage", new[] { run.LifecycleStage }), ("user_name", new[] { run.UserName }), ("started_at", new[] { run.StartedAt }));
        PutTags(transaction, workspace, run, tags.Append(new(RunName.Tag, run.Name)).DistinctBy(tag => tag.Key, StringComparer.Ordinal));
    }

    /// <summary>Into the bin.</summary>
    public static void Delete(WriteTransaction transaction, Caller caller, Run run, long now)
    {
        transaction.Execute(
            "UPDATE runs SET lifecycle_stage = 'deleted', deleted_at = @now, deleted_by = @by WHERE workspace_id = @workspace AND run_id = @RunId",
            new { workspace = caller.Workspace.Value, run.RunId, now, by = caller.Name });
        transaction.Write(caller, "run.delete", $"runs/{run.RunId}", Detail.Of(new { run.Name, experiment = run.Experiment }));
    }

    /// <summary>Out of the bin.</summary>
    public static void Restore(WriteTransaction transaction, Caller caller, Run run)
    {
        transaction.Execute(
            "UPDATE runs SET lifecycle_stage = 'active', deleted_at = NULL, deleted_by = '' WHERE workspace_id = @workspace AND run_id = @RunId", new { workspace = caller.Workspace.Value, run.RunId });
        transaction.Write(caller, "run.restore", $"runs/{run.RunId}", Detail.Of(new { run.Name, experiment = run.Experiment }));
    }

    public static void PutTags(WriteTransaction transaction, WorkspaceId workspace, Run run, IEnumerable<KeyValuePair<string, string>> tags) =>
        Tags.PutBeside(transaction, "run_tags", workspace, tags, [("experiment_id", run.ExperimentId), ("started_at", run.StartedAt)], ("run_id", run.RunId));

    /// <returns>Whether it was there.</returns>
    public static bool RemoveTag(WriteTransaction transaction, WorkspaceId workspace, string runId, string key) => transaction.Execute(
        "DELETE FROM run_tags WHERE workspace_id = @workspace AND run_id = @runId AND key = @key", new { workspace = workspace.Value, runId, key }) > 0;

    /// <summary>The name lives in the row and in a tag that MLflow clients read; here they move together.</summary>
    public static void Rename(WriteTransaction transaction, WorkspaceId workspace, Run run, string name)
    {
        transaction.Execute("UPDATE runs SET name = @name WHERE workspace_id = @workspace AND run_id = @runId", new { workspace = workspace.Value, runId = run.RunId, name });
        PutTags(transaction, workspace, run, [new(RunName.Tag, name)]);
    }

    /// <summary>With the latest metrics, params, tags and inputs of each and the names of their experiments; as many queries for a hundred runs as for one.</summary>
    /// <param name="values">Null: all.</param>
    public static IReadOnlyList<RunWire> ToWire(ReadTransaction transaction, WorkspaceId workspace, IReadOnlyList<Run> runs, RunValues? values = null)
    {
        if (runs.Count == 0) return [];

        var ids = transaction.Texts([.. runs.Select(run => run.RunId)]);
        var where = $"WHERE workspace_id = @workspace AND run_id {transaction.Among("ids")}";
        // In the order of the primary key: SQLite would else read the whole index on values, which has all these columns too.
        var metrics = Of<LatestMetric>("run_id, key, value, is_nan, step FROM run_latest_metrics", values?.Metrics).ToLookup(row => row.RunId, StringComparer.Ordinal);
        var parameters = Tags.ByOwner(Of<KeyValue>("run_id AS owner, key, value FROM run_params", values?.Params));
        var tags = Tags.ByOwner(Of<KeyValue>("run_id AS owner, key, value FROM run_tags", values?.Tags));
        var inputs = transaction.Query<Input>($"SELECT run_id, name, digest, context FROM run_inputs {where} ORDER BY logged_at, name, digest", new { workspace = workspace.Value, ids })
            .ToLookup(row => row.RunId, StringComparer.Ordinal);
        var experiments = ExperimentTable.Of(transaction, workspace, runs.Select(run => run.ExperimentId));
        var nested = NestedRuns.Count(transaction, workspace, [.. runs.Select(run => run.RunId)]);

        return
        [
            .. runs.Select(run => new RunWire(
                run.RunId, run.Experiment, run.Name, run.Status, run.IsDeleted ? "deleted" : "active", run.StartedAt, run.EndedAt, run.UserName,
                new SortedDictionary<string, double>(
                    metrics[run.RunId].ToDictionary(row => row.Key, row => row.IsNan != 0 ? double.NaN : row.Value, StringComparer.Ordinal), StringComparer.Ordinal),
                parameters(run.RunId), tags(run.RunId), [.. inputs[run.RunId].Select(row => new DatasetInputWire(row.Name, row.Digest, row.Context))], experiments[run.ExperimentId].Name,
                Steps(metrics[run.RunId]), nested.TryGetValue(run.RunId, out var children) ? children : null)),
        ];

        IReadOnlyList<T> Of<T>(string columns, IReadOnlyList<string>? keys) => keys is { Count: 0 } ? [] : transaction.Query<T>(
            $"SELECT {columns} {where}{(keys is null ? "" : $" AND key {transaction.Among("keys")}")} ORDER BY run_id, key",
            new { workspace = workspace.Value, ids, keys = transaction.Texts(keys ?? []) });
    }

    private static SortedDictionary<string, long>? Steps(IEnumerable<LatestMetric> metrics) =>
        metrics.Where(row => row.Step > 0).ToDictionary(row => row.Key, row => row.Step, StringComparer.Ordinal) is { Count: > 0 } steps ? new(steps, StringComparer.Ordinal) : null;

    private static Refusal.Missing Unknown(ReadTransaction transaction, WorkspaceId workspace, string asked)
    {
        var newest = transaction.Query<Run>(
            $"SELECT {Columns} FROM runs r WHERE r.workspace_id = @workspace ORDER BY r.started_at DESC, r.run_id LIMIT 3", new { workspace = workspace.Value }).Where(run => !run.IsGone).ToList();
        return new Refusal.Missing(
            "run.unknown",
            $"There is no run '{asked}'. "
            + (newest.Count == 0 ? "No run was made yet." : $"The newest are {string.Join(", ", newest.Select(run => $"{run.RunId} ({run.Name})"))}; GET /api/v1/runs lists all."));
    }

    private sealed record LatestMetric
    {
        public string RunId { get; init; } = "";

        public string Key { get; init; } = "";

        public double Value { get; init; }

        public long IsNan { get; init; }

        public long Step { get; init; }
    }

    private sealed record Input
    {
        public string RunId { get; init; } = "";

        public string Name { get; init; } = "";

        public string Digest { get; init; } = "";

        public string Context { get; init; } = "";
    }
}
