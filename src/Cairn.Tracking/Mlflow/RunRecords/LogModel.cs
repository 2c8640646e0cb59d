using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.RunRecords;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>POST runs/log-model, which clients before 3.0 send: the description of a model is put into a tag of the run.</summary>
internal static class LogModel
{
    private const string Tag = "mlflow.log-model.history";
    private const int Longest = 1 << 20;

    private static readonly string[] _mandatory = ["artifact_path", "flavors", "run_id", "utc_time_created"];

    public static void Map(MlflowRoutes routes) => routes.Log("runs/log-model", Permission.RunsWrite, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "run_id", "model_json");
        var (runId, text) = (fields[0], fields[1]);
        if (text.Length > Longest) throw MlflowException.TooLong("model_json", Longest);
        var model = Parse(text);
        await call.Write(transaction =>
        {
            var run = RunForChange.RequireActive(transaction, call.Workspace, runId);
            var stored = transaction.Scalar<string>(
                "SELECT value FROM run_tags WHERE workspace_id = @workspace AND run_id = @runId AND key = @key", new { workspace = call.Workspace.Value, runId, key = Tag });
            var history = Earlier(stored);
            history.Add(model.DeepClone());
            RunTable.PutTags(transaction, call.Workspace, run, [new(Tag, history.ToJsonString())]);
            return true;
        });
        await call.Reply();
    }

    private static JsonObject Parse(string text)
    {
        JsonObject? model;
        try
        {
            model = JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            model = null;
        }

        if (model is null) throw MlflowException.Invalid($"Malformed model info. \n {(text.Length > 200 ? text[..200] + "…" : text)} \n is not a valid JSON.");
        var missing = _mandatory.Where(field => !model.ContainsKey(field)).ToList();
        return missing.Count == 0 ? model : throw MlflowException.Invalid($"Model json is missing mandatory fields: {{{string.Join(", ", missing.Select(field => $"'{field}'"))}}}");
    }

    // A tag that a client set by hand is not a list; what it held gives way.
    private static JsonArray Earlier(string? stored)
    {
        try
        {
            return stored is null ? [] : JsonNode.Parse(stored) as JsonArray ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
