using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Registry;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>PATCH model-versions/update, POST model-versions/transition-stage and DELETE model-versions/delete.</summary>
internal static class ChangeVersion
{
    public static void Map(MlflowRoutes routes)
    {
        routes.Change("PATCH", "model-versions/update", Permission.ModelsWrite, Update);
        routes.Change("POST", "model-versions/transition-stage", Permission.ModelsWrite, Transition);
        routes.Change("DELETE", "model-versions/delete", Permission.ModelsWrite, Delete);
    }

    private static async Task Update(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "version", "description?");
        var (name, version, description) = (fields[0], VersionJson.Number(fields[1]), fields[2]);
        if (description.Length > DescribeModel.Longest) throw MlflowException.TooLong("description", DescribeModel.Longest);
        var now = call.Store.Now;
        var changed = await call.Write(transaction =>
        {
            ModelJson.Require(transaction, call.Workspace, name); // the time of whose last change stays
            var found = VersionJson.Require(transaction, call.Workspace, name, version);
            transaction.Execute(
                "UPDATE model_versions SET description = @description, updated_at = @now WHERE workspace_id = @workspace AND model = @name AND version = @version",
                new { workspace = call.Workspace.Value, name, version, description, now });
            transaction.Write(call.Caller, "model.describe", found.Subject, Detail.Of(new { description }));
            return VersionJson.Shown(transaction, call.Workspace, name, version);
        });
        await VersionJson.Reply(call, changed);
    }

    /// <summary>To Production is a promotion, by the rules of <see cref="ModelAlias"/>.</summary>
    private static async Task Transition(MlflowCall call)
    {
        var (name, version, asked, archive) = call.Read(static (ref ProtoReader reader) =>
        {
            string? name = null, version = null, stage = null;
            bool? archive = null;
            while (reader.Next())
            {
                if (reader.Is("name"u8)) name = reader.Text("name");
                else if (reader.Is("version"u8)) version = reader.Text("version");
                else if (reader.Is("stage"u8)) stage = reader.Text("stage");
                else if (reader.Is("archive_existing_versions"u8)) archive = reader.Truth("archive_existing_versions");
                else reader.Skip();
            }

            if (string.IsNullOrEmpty(name)) throw MlflowException.Required("name");
            if (string.IsNullOrEmpty(version)) throw MlflowException.Required("version");
            if (string.IsNullOrEmpty(stage)) throw MlflowException.Required("stage");
            return (name, VersionJson.Number(version), stage, archive ?? throw MlflowException.Required("archive_existing_versions"));
        });
        var stage = GetModel.StageOf(asked);
        if (archive && stage is not (Stage.Staging or Stage.Production))
            throw MlflowException.Invalid($"Model version transition cannot archive existing model versions because '{stage}' is not an Active stage. Valid stages are ['Staging', 'Production']");

        var now = call.Store.Now;
        var moved = await call.Write(transaction =>
        {
            ModelJson.Require(transaction, call.Workspace, name);
            VersionJson.Require(transaction, call.Workspace, name, version);
            return MoveToStage.Move(transaction, call.Caller, name, version, stage, new TransitionStage(stage, archive, Unverified: true), now).Refusal is { } refusal
                ? throw MlflowException.Of(refusal)
                : VersionJson.Shown(transaction, call.Workspace, name, version);
        });
        await VersionJson.Reply(call, moved);
    }

    private static async Task Delete(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "version");
        var (name, version) = (fields[0], VersionJson.Number(fields[1]));
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            VersionJson.Require(transaction, call.Workspace, name, version);
            OutsideChampion.Release(transaction, call.Caller, name, version, "the version was deleted", now);
            return DeleteVersion.Delete(transaction, call.Caller, name, version, now).Refusal is { } refusal ? throw MlflowException.Of(refusal) : true;
        });
        await call.Reply();
    }
}
