using Cairn.Access;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.RunRecords;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.LoggedModels;

/// <summary>GET, PATCH and DELETE logged-models/{model_id}; its tags and params.</summary>
internal static class ChangeLoggedModel
{
    private static readonly string[] _statuses = ["LOGGED_MODEL_STATUS_UNSPECIFIED", LoggedModel.Pending, LoggedModel.Ready, LoggedModel.UploadFailed];

    public static void Map(MlflowRoutes routes)
    {
        routes.Get("logged-models/{model_id}", Permission.RunsRead, call => ShownLoggedModel.Reply(call, call.Route("model_id")));
        routes.Change("PATCH", "logged-models/{model_id}", Permission.RunsWrite, Finish);
        routes.Change("DELETE", "logged-models/{model_id}", Permission.RunsWrite, Delete);
        routes.Change("PATCH", "logged-models/{model_id}/tags", Permission.RunsWrite, Tag);
        routes.Change("DELETE", "logged-models/{model_id}/tags/{**key}", Permission.RunsWrite, Untag);
        routes.Log("logged-models/{model_id}/params", Permission.RunsWrite, LogParams);
    }

    private static async Task Finish(MlflowCall call)
    {
        var asked = call.Read(static (ref ProtoReader reader) =>
        {
            string? status = null;
            while (reader.Next())
            {
                if (reader.Is("status"u8)) status = reader.Enum("status");
                else reader.Skip();
            }

            return status;
        });
        if (string.IsNullOrEmpty(asked)) throw MlflowException.Required("status");
        var at = Array.IndexOf(_statuses, asked);
        if (at < 0 && (!int.TryParse(asked, out at) || at < 0 || at >= _statuses.Length)) throw MlflowException.WrongType($"\"{asked}\"", "status", "str");
        var status = _statuses[at];
        await Change(call, "logged-model.finish", new { status }, (transaction, id) => transaction.Execute(
            "UPDATE logged_models SET status = @status WHERE workspace_id = @workspace AND model_id = @id", new { workspace = call.Workspace.Value, id, status }));
        await ShownLoggedModel.Reply(call, call.Route("model_id"));
    }

    private static async Task Delete(MlflowCall call)
    {
        var now = call.Store.Now;
        await Change(call, "logged-model.delete", new { }, (transaction, id) => transaction.Execute(
            "UPDATE logged_models SET deleted_at = @now, deleted_by = @by WHERE workspace_id = @workspace AND model_id = @id", new { workspace = call.Workspace.Value, id, now, by = call.Caller.Name }));
        await call.Reply();
    }

    private static async Task Tag(MlflowCall call)
    {
        var tags = LoggedText.Tags(Texts(call, "tags"u8.ToArray(), "tags").Texts);
        await Change(call, "logged-model.tag", tags, (transaction, id) => Tags.Put(transaction, "logged_model_tags", call.Workspace, tags, ("model_id", id)));
        await call.Reply();
    }

    private static async Task Untag(MlflowCall call)
    {
        var key = call.Route("key");
        await Change(call, "logged-model.untag", new { key }, (transaction, id) =>
        {
            if (transaction.Execute("DELETE FROM logged_model_tags WHERE workspace_id = @workspace AND model_id = @id AND key = @key", new { workspace = call.Workspace.Value, id, key }) == 0)
                throw MlflowException.Missing($"No tag with key '{key}' found for model with ID '{id}'.");
        });
        await call.Reply();
    }

    private static async Task LogParams(MlflowCall call)
    {
        var (id, given) = Texts(call, "params"u8.ToArray(), "params");
        if (string.IsNullOrEmpty(id)) throw MlflowException.Required("model_id");
        var parameters = LoggedModelText.Params(given);
        await call.Write(transaction =>
        {
            LoggedModel.Require(transaction, call.Workspace, call.Route("model_id"));
            Tags.Put(transaction, "logged_model_params", call.Workspace, parameters, ("model_id", call.Route("model_id")));
            return true;
        });
        await call.Reply();
    }

    private static (string? Id, List<KeyValuePair<string, string>> Texts) Texts(MlflowCall call, byte[] field, string name) => call.Read((ref ProtoReader reader) =>
    {
        string? id = null;
        List<KeyValuePair<string, string>> texts = [];
        while (reader.Next())
        {
            if (reader.Is(field)) texts = TagJson.Read(ref reader, name);
            else if (reader.Is("model_id"u8)) id = reader.Text("model_id");
            else reader.Skip();
        }

        return (id, texts);
    });

    private static async Task Change<T>(MlflowCall call, string action, T detail, Action<WriteTransaction, string> change)
    {
        var (id, now) = (call.Route("model_id"), call.Store.Now);
        await call.Write(transaction =>
        {
            LoggedModel.Require(transaction, call.Workspace, id);
            change(transaction, id);
            transaction.Execute("UPDATE logged_models SET updated_at = @now WHERE workspace_id = @workspace AND model_id = @id", new { workspace = call.Workspace.Value, id, now });
            transaction.Write(call.Caller, action, $"logged-models/{id}", Detail.Of(detail));
            return true;
        });
    }
}
