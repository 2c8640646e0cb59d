using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Serving.Streams;

internal sealed record StreamRow(WorkspaceId WorkspaceId, string Name, string Settings, long CreatedAt)
{
    public StreamSettings ReadSettings() => JsonSerializer.Deserialize<StreamSettings>(Settings, CairnJson.Options)!;
}

internal static class StreamTable
{
    public const string Changed = "stream.changed";

    private const string Select = "SELECT workspace_id, name, settings, created_at FROM streams";

    public static IReadOnlyList<StreamRow> All(ReadTransaction transaction) => transaction.Query<StreamRow>($"{Select} ORDER BY workspace_id, name");

    public static StreamRow? Find(ReadTransaction transaction, WorkspaceId workspace, string name) =>
        transaction.First<StreamRow>($"{Select} WHERE workspace_id = @workspace AND name = @name", new { workspace, name });

    public static IReadOnlyList<StreamRow> Page(ReadTransaction transaction, WorkspaceId workspace, string after, int limit) => transaction.Query<StreamRow>(
        $"{Select} WHERE workspace_id = @workspace AND name > @after ORDER BY name LIMIT @limit", new { workspace, after, limit });

    public static StreamRow Put(WriteTransaction transaction, Caller caller, string name, StreamSettings settings, long now)
    {
        var before = Find(transaction, caller.Workspace, name);
        var row = new StreamRow(caller.Workspace, name, JsonSerializer.Serialize(settings, CairnJson.Options), before?.CreatedAt ?? now);
        if (row == before) return row;
        transaction.Execute(
            """
            INSERT INTO streams (workspace_id, name, settings, created_at) VALUES (@WorkspaceId, @Name, @Settings, @CreatedAt)
            ON CONFLICT (workspace_id, name) DO UPDATE SET settings = excluded.settings
            """, row);
        transaction.Write(caller, before is null ? "stream.make" : "stream.change", $"streams/{name}", $$"""{"before": {{before?.Settings ?? "null"}}, "after": {{row.Settings}}}""");
        transaction.Emit(new(caller.Workspace, Changed, $"streams/{name}", row.Settings));
        return row;
    }

    public static bool Delete(WriteTransaction transaction, Caller caller, string name)
    {
        if (Find(transaction, caller.Workspace, name) is not { } row) return false;
        transaction.Execute("DELETE FROM streams WHERE workspace_id = @WorkspaceId AND name = @Name", row);
        transaction.Write(caller, "stream.delete", $"streams/{name}", $$"""{"before": {{row.Settings}}}""");
        transaction.Emit(new(caller.Workspace, Changed, $"streams/{name}"));
        return true;
    }
}
