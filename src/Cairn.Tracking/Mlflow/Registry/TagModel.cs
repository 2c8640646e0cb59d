using Cairn.Access;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Registry;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>Tags of models and of versions: POST set-tag, DELETE delete-tag. A tag that is not there may be deleted.</summary>
internal static class TagModel
{
    public static void Map(MlflowRoutes routes)
    {
        routes.Change("POST", "registered-models/set-tag", Permission.ModelsWrite, call => SetOfModel(call));
        routes.Change("DELETE", "registered-models/delete-tag", Permission.ModelsWrite, call => DeleteOfModel(call));
        routes.Change("POST", "model-versions/set-tag", Permission.ModelsWrite, call => SetOfVersion(call));
        routes.Change("DELETE", "model-versions/delete-tag", Permission.ModelsWrite, call => DeleteOfVersion(call));
    }

    private static Task SetOfModel(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "key", "value?");
        var tag = Checked(fields[1], fields[2]);
        return Change(call, fields[0], null, "model.tag", tag, transaction => ModelTable.PutTags(transaction, call.Workspace, fields[0], tag));
    }

    private static Task DeleteOfModel(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "key");
        return Change(call, fields[0], null, "model.untag", new { key = fields[1] }, transaction => transaction.Execute(
            "DELETE FROM model_tags WHERE workspace_id = @workspace AND model = @model AND key = @key", new { workspace = call.Workspace.Value, model = fields[0], key = fields[1] }));
    }

    private static Task SetOfVersion(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "version", "key", "value?");
        var tag = Checked(fields[2], fields[3]);
        var version = VersionJson.Number(fields[1]);
        return Change(call, fields[0], version, "model.tag", tag, transaction => VersionTable.PutTags(transaction, call.Workspace, fields[0], version, tag));
    }

    private static Task DeleteOfVersion(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "version", "key");
        var version = VersionJson.Number(fields[1]);
        return Change(call, fields[0], version, "model.untag", new { key = fields[2] }, transaction => transaction.Execute(
            "DELETE FROM model_version_tags WHERE workspace_id = @workspace AND model = @model AND version = @version AND key = @key",
            new { workspace = call.Workspace.Value, model = fields[0], version, key = fields[2] }));
    }

    private static Dictionary<string, string> Checked(string key, string value) => TagJson.Checked([new(key, value)], Registration.LongestTag);

    private static async Task Change<T>(MlflowCall call, string name, long? version, string action, T detail, Action<WriteTransaction> change)
    {
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            if (ModelTable.RequireForChange(transaction, call.Workspace, name, now).Refusal is not null) ModelJson.Require(transaction, call.Workspace, name);
            if (version is { } number) VersionJson.Require(transaction, call.Workspace, name, number);
            change(transaction);
            transaction.Write(call.Caller, action, version is null ? $"models/{name}" : $"models/{name}/versions/{version}", Detail.Of(detail));
            return true;
        });
        await call.Reply();
    }
}
