using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Registry;

internal static class AliasTable
{
    public static long? Find(ReadTransaction transaction, WorkspaceId workspace, string model, string alias) => transaction.First<AliasRow>(
        "SELECT model, alias, version FROM model_aliases WHERE workspace_id = @workspace AND model = @model AND alias = @alias",
        new { workspace = workspace.Value, model, alias })?.Version;

    /// <summary>Points the alias to a version; to null removes it. The alias champion is moved by <see cref="ChampionMove"/> only.</summary>
    /// <returns>Whether anything changed.</returns>
    public static bool Put(WriteTransaction transaction, WorkspaceId workspace, string model, string alias, long? version)
    {
        var row = new { workspace = workspace.Value, model, alias, version };
        return transaction.Execute(
            version is null
                ? "DELETE FROM model_aliases WHERE workspace_id = @workspace AND model = @model AND alias = @alias"
                : """
                  INSERT INTO model_aliases (workspace_id, model, alias, version) VALUES (@workspace, @model, @alias, @version)
                  ON CONFLICT (workspace_id, model, alias) DO UPDATE SET version = excluded.version WHERE model_aliases.version <> excluded.version
                  """,
            row) > 0;
    }
}
