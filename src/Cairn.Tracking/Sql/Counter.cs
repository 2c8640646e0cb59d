using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Sql;

/// <summary>Numbers given out once and never again.</summary>
internal static class Counter
{
    /// <summary>The next number of that name in the workspace, from 1. Waits for another writer that is taking one of the same name.</summary>
    public static long Next(WriteTransaction transaction, WorkspaceId workspace, string name) => transaction.Scalar<long>(
        """
        INSERT INTO tracking_counters (workspace_id, name, value) VALUES (@workspace, @name, 1)
        ON CONFLICT (workspace_id, name) DO UPDATE SET value = tracking_counters.value + 1
        RETURNING value
        """,
        new { workspace = workspace.Value, name });

    /// <summary>Numbers up to this one are taken: the next is a greater one.</summary>
    public static void AtLeast(WriteTransaction transaction, WorkspaceId workspace, string name, long value) => transaction.Execute(
        """
        INSERT INTO tracking_counters (workspace_id, name, value) VALUES (@workspace, @name, @value)
        ON CONFLICT (workspace_id, name) DO UPDATE SET value = excluded.value WHERE tracking_counters.value < excluded.value
        """,
        new { workspace = workspace.Value, name, value });
}
