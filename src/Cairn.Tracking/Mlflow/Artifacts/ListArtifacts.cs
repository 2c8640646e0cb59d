using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Artifacts;
using Cairn.Tracking.Mlflow.LoggedModels;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.RunRecords;
using Listing = Cairn.Tracking.Artifacts.ListArtifacts;

namespace Cairn.Tracking.Mlflow.Artifacts;

/// <summary>GET artifacts/list and logged-models/{model_id}/artifacts/directories: one folder of a run or of a logged model.</summary>
internal static class ListArtifacts
{
    public static void Map(MlflowRoutes routes)
    {
        routes.Get("artifacts/list", Permission.RunsRead, OfRun);
        routes.Get("logged-models/{model_id}/artifacts/directories", Permission.RunsRead, OfModel);
    }

    /// <summary>What lies directly in a folder, by path.</summary>
    public static IReadOnlyList<ArtifactWire> Entries(ReadTransaction transaction, WorkspaceId workspace, string owner, string folder) =>
        [.. Listing.Entries(folder, ArtifactTable.Below(transaction, workspace, owner, folder))];

    public static void Write(System.Text.Json.Utf8JsonWriter json, IReadOnlyList<ArtifactWire> entries, int skipped = 0)
    {
        if (entries.Count == 0) return;
        json.WriteStartArray("files"u8);
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, entry.Path.AsSpan(skipped));
            json.WriteBoolean("is_dir"u8, entry.IsDirectory);
            if (entry.Length is { } length) json.WriteNumber("file_size"u8, length);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static async Task OfRun(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "run_id?", "run_uuid?", "path?");
        var runId = fields[0].Length > 0 ? fields[0] : fields[1];
        if (runId.Length == 0) throw MlflowException.Required("run_id");
        var folder = ArtifactAddress.Safe(fields[2].TrimEnd('/'));
        await Reply(call, await call.Query(transaction =>
        {
            var run = ShownRun.Load(transaction, call.Workspace, [RunForChange.Require(transaction, call.Workspace, runId)])[0];
            return ($"{run.Location}/{runId}/artifacts", Entries(transaction, call.Workspace, runId, folder));
        }));
    }

    private static async Task OfModel(MlflowCall call)
    {
        var folder = ArtifactAddress.Safe(FieldsOf.Texts(call, "artifact_directory_path?")[0].TrimEnd('/'));
        await Reply(call, await call.Query(transaction =>
        {
            var model = LoggedModel.Require(transaction, call.Workspace, call.Route("model_id"));
            return (LoggedModel.Location(transaction, call.Workspace, model), Entries(transaction, call.Workspace, model.ModelId, folder));
        }));
    }

    private static Task Reply(MlflowCall call, (string Root, IReadOnlyList<ArtifactWire> Entries) listed) => call.Reply(listed, static (json, listed) =>
    {
        json.WriteStartObject();
        json.WriteString("root_uri"u8, listed.Root);
        Write(json, listed.Entries);
        json.WriteEndObject();
    });
}
