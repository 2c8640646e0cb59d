using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.RunRecords;

/// <summary>Runs that say by a tag in which run they are nested, as MLflow's clients write it.</summary>
internal static class NestedRuns
{
    public const string Tag = "mlflow.parentRunId";

    /// <summary>Conditions on <c>run_tags t</c> that its index on parents answers.</summary>
    public const string Named = $"t.workspace_id = @workspace AND t.key = '{Tag}' AND substr(t.value, 1, 250)";

    /// <summary>How many active runs are nested directly in each.</summary>
    public static IReadOnlyDictionary<string, long> Count(ReadTransaction transaction, WorkspaceId workspace, IReadOnlyCollection<string> parents) => transaction.Query<Counted>(
        $"""
        SELECT substr(t.value, 1, 250) AS parent, COUNT(*) AS runs FROM run_tags t CROSS JOIN runs r
        WHERE {Named} {transaction.Among("parents")} AND r.workspace_id = t.workspace_id AND r.run_id = t.run_id AND r.lifecycle_stage = 'active' AND {RunTable.Shows} GROUP BY substr(t.value, 1, 250)
        """,
        new { workspace = workspace.Value, parents = transaction.Texts(parents) }).ToDictionary(row => row.Parent, row => row.Runs, StringComparer.Ordinal);

    private sealed record Counted
    {
        public string Parent { get; init; } = "";

        public long Runs { get; init; }
    }
}
