using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Registry;

/// <summary>The statements on registered models that more than one use case needs.</summary>
internal static class ModelTable
{
    public const string Columns = "name, description, created_at, updated_at";

    public static RegisteredModel? Find(ReadTransaction transaction, WorkspaceId workspace, string model) => transaction.First<RegisteredModel>(
        $"SELECT {Columns} FROM registered_models WHERE workspace_id = @workspace AND name = @model", new { workspace = workspace.Value, model });

    public static Answer<RegisteredModel> Require(ReadTransaction transaction, WorkspaceId workspace, string model)
    {
        if (Find(transaction, workspace, model) is { } found) return found;

        var known = transaction.Query<string>(
            "SELECT name FROM registered_models WHERE workspace_id = @workspace ORDER BY updated_at DESC, name LIMIT 10", new { workspace = workspace.Value });
        return new Refusal.Missing(
            "registry.model-unknown",
            $"There is no model '{model}'. "
            + (known.Count == 0 ? "No model is registered yet: run a project, or register a version." : $"There are: {string.Join(", ", known)}."));
    }

    /// <summary>
    /// Marks the model as changed. First in every transaction that changes one: PostgreSQL then lets one writer of a model in at a
    /// time, so that what was read of it (who is champion) still holds when it is written.
    /// </summary>
    public static Answer<RegisteredModel> RequireForChange(WriteTransaction transaction, WorkspaceId workspace, string model, long now)
    {
        transaction.Execute(
            "UPDATE registered_models SET updated_at = @now WHERE workspace_id = @workspace AND name = @model", new { workspace = workspace.Value, model, now });
        return Require(transaction, workspace, model);
    }

    public static void Ensure(WriteTransaction transaction, WorkspaceId workspace, string model, long now) => transaction.Execute(
        """
        INSERT INTO registered_models (workspace_id, name, description, created_at, updated_at) VALUES (@workspace, @model, '', @now, @now)
        ON CONFLICT (workspace_id, name) DO UPDATE SET updated_at = excluded.updated_at
        """,
        new { workspace = workspace.Value, model, now });

    public static void PutTags(WriteTransaction transaction, WorkspaceId workspace, string model, IReadOnlyDictionary<string, string> tags) =>
        Tags.Put(transaction, "model_tags", workspace, tags, ("model", model));

    public static IReadOnlyList<ModelWire> ToWire(ReadTransaction transaction, WorkspaceId workspace, IReadOnlyList<RegisteredModel> models)
    {
        if (models.Count == 0) return [];

        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { ["workspace"] = workspace.Value };
        var where = $"WHERE workspace_id = @workspace AND model IN {SqlList.In(parameters, "model", [.. models.Select(model => model.Name)])}";
        var tags = Tags.ByOwner(transaction.Query<KeyValue>($"SELECT model AS owner, key, value FROM model_tags {where}", parameters));
        var aliases = transaction.Query<AliasRow>($"SELECT model, alias, version FROM model_aliases {where} ORDER BY alias", parameters).ToLookup(row => row.Model, StringComparer.Ordinal);
        var latest = transaction.Query<AliasRow>(
                $"SELECT model, MAX(version) AS version FROM model_versions {where} AND deleted_at IS NULL GROUP BY model", parameters)
            .ToDictionary(row => row.Model, row => row.Version, StringComparer.Ordinal);

        return
        [
            .. models.Select(model =>
            {
                var named = aliases[model.Name].ToDictionary(row => row.Alias, row => row.Version, StringComparer.Ordinal);
                return new ModelWire(
                    model.Name, model.Description, model.CreatedAt, model.UpdatedAt, tags(model.Name), named,
                    named.TryGetValue(Models.Champion, out var champion) ? champion : null, latest.GetValueOrDefault(model.Name));
            }),
        ];
    }
}

internal sealed record AliasRow
{
    public string Model { get; init; } = "";

    public string Alias { get; init; } = "";

    public long Version { get; init; }
}
