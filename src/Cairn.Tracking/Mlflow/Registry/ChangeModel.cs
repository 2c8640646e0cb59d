using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Naming;
using Cairn.Tracking.Registry;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>PATCH registered-models/update, POST registered-models/rename and DELETE registered-models/delete.</summary>
internal static class ChangeModel
{
    private static readonly string[] _byModel = ["model_tags", "model_versions", "model_version_tags", "model_aliases", "gate_verdicts"];

    public static void Map(MlflowRoutes routes)
    {
        routes.Change("PATCH", "registered-models/update", Permission.ModelsWrite, Update);
        routes.Change("POST", "registered-models/rename", Permission.ModelsWrite, Rename);
        routes.Change("DELETE", "registered-models/delete", Permission.ModelsWrite, Delete);
    }

    private static async Task Update(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "description?");
        var (name, description) = (fields[0], fields[1]);
        if (description.Length > DescribeModel.Longest) throw MlflowException.TooLong("description", DescribeModel.Longest);
        var now = call.Store.Now;
        var changed = await call.Write(transaction =>
        {
            ModelJson.Require(transaction, call.Workspace, name);
            transaction.Execute(
                "UPDATE registered_models SET description = @description, updated_at = @now WHERE workspace_id = @workspace AND name = @name",
                new { workspace = call.Workspace.Value, name, description, now });
            transaction.Write(call.Caller, "model.describe", $"models/{name}", Detail.Of(new { description }));
            return ModelJson.Shown(transaction, call.Workspace, name);
        });
        await ModelJson.Reply(call, changed);
    }

    private static async Task Rename(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "new_name");
        var (name, next) = (fields[0], fields[1]);
        if (Names.Model(next) is { } bad) throw MlflowException.Of(bad);
        var now = call.Store.Now;
        var renamed = await call.Write(transaction =>
        {
            ModelJson.Require(transaction, call.Workspace, name);
            if (name == next) return ModelJson.Shown(transaction, call.Workspace, name);
            if (ModelTable.Find(transaction, call.Workspace, next) is not null) throw MlflowException.Exists($"Registered Model (name={next}) already exists.");
            if (ChampionMove.Current(transaction, call.Workspace, name) is { } champion && !OutsideChampion.Is(transaction, call.Caller, name))
                throw new MlflowException(409, "RESOURCE_CONFLICT", $"Version {champion} of '{name}' is champion, and deployments may serve it by that name. Remove the alias champion first.");
            Move(transaction, call.Workspace, name, next, now);
            transaction.Write(call.Caller, "model.rename", $"models/{next}", Detail.Of(new { From = name, To = next }));
            return ModelJson.Shown(transaction, call.Workspace, next);
        });
        await ModelJson.Reply(call, renamed);
    }

    private static void Move(WriteTransaction transaction, WorkspaceId workspace, string name, string next, long now)
    {
        var row = new { workspace = workspace.Value, name, next, now, counter = DeletedModels.Numbers(name), nextCounter = DeletedModels.Numbers(next), since = DeletedModels.LastDeleted(transaction, workspace, name) ?? -1 };
        if (transaction.Scalar<long>("SELECT COUNT(*) FROM tracking_counters WHERE workspace_id = @workspace AND name = @nextCounter", row) > 0 || DeletedModels.HasNumbers(transaction, workspace, next))
            throw MlflowException.Exists($"A model named '{next}' was deleted; its versions keep their numbers, so the name is not given to another model. Choose another name.");
        transaction.Execute("UPDATE registered_models SET name = @next, updated_at = @now WHERE workspace_id = @workspace AND name = @name", row);
        foreach (var table in _byModel) transaction.Execute($"UPDATE {table} SET model = @next WHERE workspace_id = @workspace AND model = @name", row);
        // What a deleted model of the name did stays with the name.
        transaction.Execute("UPDATE promotions SET model = @next WHERE workspace_id = @workspace AND model = @name AND moved_at > @since", row);
        transaction.Execute("UPDATE tracking_counters SET name = @nextCounter WHERE workspace_id = @workspace AND name = @counter", row);
        DeletedModels.KeepNumbers(transaction, workspace, name);
    }

    private static async Task Delete(MlflowCall call)
    {
        var name = FieldsOf.Text(call, "name");
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            ModelJson.Require(transaction, call.Workspace, name);
            OutsideChampion.Release(transaction, call.Caller, name, null, "the model was deleted", now);
            return DeleteModel.Delete(transaction, call.Caller, name, now).Refusal is { } refusal ? throw MlflowException.Of(refusal) : true;
        });
        await call.Reply();
    }
}
