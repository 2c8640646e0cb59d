using System.Globalization;
using System.Text.Json;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Registry;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>A registered model with the newest version of each stage.</summary>
internal sealed record ShownModel(RegisteredModel Model, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<AliasRow> Aliases, IReadOnlyList<ShownVersion> Latest);

internal static class ModelJson
{
    public static RegisteredModel Require(ReadTransaction transaction, WorkspaceId workspace, string name) =>
        ModelTable.Find(transaction, workspace, name) ?? throw MlflowException.Missing($"Registered Model with name={name} not found");

    public static IReadOnlyList<ShownModel> Load(ReadTransaction transaction, WorkspaceId workspace, IReadOnlyList<RegisteredModel> models)
    {
        if (models.Count == 0) return [];
        var names = new { workspace = workspace.Value, names = transaction.Texts([.. models.Select(model => model.Name)]) };
        var among = transaction.Among("names");
        var tags = Tags.ByOwner(transaction.Query<KeyValue>($"SELECT model AS owner, key, value FROM model_tags WHERE workspace_id = @workspace AND model {among}", names));
        var aliases = transaction.Query<AliasRow>($"SELECT model, alias, version FROM model_aliases WHERE workspace_id = @workspace AND model {among} ORDER BY alias", names).ToLookup(row => row.Model, StringComparer.Ordinal);
        var latest = VersionJson.Load(transaction, workspace, transaction.Query<ModelVersion>(
            $"""
            SELECT {VersionTable.Columns} FROM model_versions v WHERE workspace_id = @workspace AND model {among} AND deleted_at IS NULL AND version =
                (SELECT MAX(n.version) FROM model_versions n WHERE n.workspace_id = v.workspace_id AND n.model = v.model AND n.stage = v.stage AND n.deleted_at IS NULL)
            ORDER BY model, version
            """,
            names)).ToLookup(version => version.Version.Model, StringComparer.Ordinal);
        return [.. models.Select(model => new ShownModel(model, tags(model.Name), [.. aliases[model.Name]], [.. latest[model.Name]]))];
    }

    public static void Write(Utf8JsonWriter json, ShownModel shown)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, shown.Model.Name);
        json.WriteNumber("creation_timestamp"u8, shown.Model.CreatedAt / 1000);
        json.WriteNumber("last_updated_timestamp"u8, shown.Model.UpdatedAt / 1000);
        if (shown.Model.Description.Length > 0) json.WriteString("description"u8, shown.Model.Description);
        VersionJson.WriteList(json, "latest_versions"u8, shown.Latest);
        TagJson.Write(json, "tags"u8, shown.Tags);
        if (shown.Aliases.Count > 0)
        {
            json.WriteStartArray("aliases"u8);
            foreach (var alias in shown.Aliases)
            {
                json.WriteStartObject();
                json.WriteString("alias"u8, alias.Alias);
                json.WriteString("version"u8, alias.Version.ToString(CultureInfo.InvariantCulture));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>As <see cref="VersionJson.Shown"/>.</summary>
    public static ShownModel Shown(ReadTransaction transaction, WorkspaceId workspace, string name) => Load(transaction, workspace, [Require(transaction, workspace, name)])[0];

    public static Task Reply(MlflowCall call, ShownModel shown) => call.Reply(shown, static (json, model) =>
    {
        json.WriteStartObject();
        json.WritePropertyName("registered_model"u8);
        Write(json, model);
        json.WriteEndObject();
    });
}
