using System.Globalization;
using System.Text.Json;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Registry;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>A model version as the protocol shows it.</summary>
internal sealed record ShownVersion(ModelVersion Version, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<string> Aliases);

internal static class VersionJson
{
    /// <summary>The number of a version, which the protocol has as a text.</summary>
    public static long Number(string version) => long.TryParse(version, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw MlflowException.Invalid($"Parameter 'version' must be an integer, got '{version}'.");

    public static ModelVersion Require(ReadTransaction transaction, WorkspaceId workspace, string name, long version) =>
        VersionTable.Find(transaction, workspace, name, version) ?? throw MlflowException.Missing($"Model Version (name={name}, version={version}) not found");

    public static IReadOnlyList<ShownVersion> Load(ReadTransaction transaction, WorkspaceId workspace, IReadOnlyList<ModelVersion> versions)
    {
        if (versions.Count == 0) return [];
        var names = new { workspace = workspace.Value, names = transaction.Texts([.. versions.Select(version => version.Model).Distinct(StringComparer.Ordinal)]) };
        var among = transaction.Among("names");
        var tags = Tags.ByOwner(transaction.Query<KeyValue>($"SELECT CAST(version AS VARCHAR(20)) || '/' || model AS owner, key, value FROM model_version_tags WHERE workspace_id = @workspace AND model {among}", names));
        var aliases = transaction.Query<AliasRow>($"SELECT model, alias, version FROM model_aliases WHERE workspace_id = @workspace AND model {among} ORDER BY alias", names).ToLookup(row => (row.Model, row.Version), row => row.Alias);
        return [.. versions.Select(version => new ShownVersion(version, tags($"{version.Version}/{version.Model}"), [.. aliases[(version.Model, version.Version)]]))];
    }

    public static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> field, IReadOnlyList<ShownVersion> versions)
    {
        if (versions.Count == 0) return;
        json.WriteStartArray(field);
        foreach (var version in versions) Write(json, version);
        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, ShownVersion shown)
    {
        var version = shown.Version;
        json.WriteStartObject();
        json.WriteString("name"u8, version.Model);
        json.WriteString("version"u8, version.Version.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("creation_timestamp"u8, version.CreatedAt / 1000);
        json.WriteNumber("last_updated_timestamp"u8, version.UpdatedAt / 1000);
        json.WriteString("current_stage"u8, version.Stage);
        json.WriteString("description"u8, version.Description);
        json.WriteString("source"u8, version.Source);
        if (version.RunId is { } run) json.WriteString("run_id"u8, run);
        json.WriteString("status"u8, version.Status);
        TagJson.Write(json, "tags"u8, shown.Tags);
        json.WriteString("run_link"u8, version.RunLink);
        if (shown.Aliases.Count > 0)
        {
            json.WriteStartArray("aliases"u8);
            foreach (var alias in shown.Aliases) json.WriteStringValue(alias);
            json.WriteEndArray();
        }

        if (LoggedModelOf(version.Source) is { } model) json.WriteString("model_id"u8, model);
        json.WriteEndObject();
    }

    /// <summary>The logged model that a version was made of; null: of none.</summary>
    public static string? LoggedModelOf(string source) =>
        source.StartsWith("models:/m-", StringComparison.Ordinal) && source.IndexOf('/', "models:/".Length) < 0 ? source["models:/".Length..] : null;

    /// <summary>In the transaction of a change, as the change left it: after it the model may have another name, and what was stored would be answered as missing.</summary>
    public static ShownVersion Shown(ReadTransaction transaction, WorkspaceId workspace, string name, long version) =>
        Load(transaction, workspace, [Require(transaction, workspace, name, version)])[0];

    public static Task Reply(MlflowCall call, ShownVersion shown) => call.Reply(shown, static (json, version) =>
    {
        json.WriteStartObject();
        json.WritePropertyName("model_version"u8);
        Write(json, version);
        json.WriteEndObject();
    });
}
