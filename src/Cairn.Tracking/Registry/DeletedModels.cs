using System.Security.Cryptography;
using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Registry;

/// <summary>
/// Models and versions on their way into the bin and out of it. The rows of a deleted model are of a name that no model can have, so that whoever looks for its own
/// finds nothing. A version that is deleted by itself keeps its row, by its number, which no other version gets. Promotions stay with the name: who was champion
/// on a day can be asked of a deleted model too.
/// </summary>
internal static class DeletedModels
{
    private static readonly string[] _ofModel = ["model_tags", "model_aliases"], _ofVersions = ["model_version_tags", "gate_verdicts"];

    /// <summary>What rows of deleted things have in place of a model's name, in which no ':' can be.</summary>
    /// <param name="id">That of the model or the version in the bin.</param>
    public static string Place(string id) => $":{id}";

    public static void Put(WriteTransaction transaction, Caller caller, string model, long now)
    {
        var id = NewId();
        var row = new { workspace = caller.Workspace.Value, id, model, place = Place(id), counter = Numbers(model), now, by = caller.Name };
        transaction.Execute(
            """
            INSERT INTO deleted_models (workspace_id, model_id, name, description, created_at, updated_at, last_version, deleted_at, deleted_by)
            SELECT m.workspace_id, @id, m.name, m.description, m.created_at, m.updated_at,
                COALESCE((SELECT c.value FROM tracking_counters c WHERE c.workspace_id = m.workspace_id AND c.name = @counter), 0), @now, @by
            FROM registered_models m WHERE m.workspace_id = @workspace AND m.name = @model
            """,
            row);
        // What was deleted before there was a bin stays where it is.
        transaction.Execute(
            """
            UPDATE model_versions SET model = @place, bin_id = COALESCE(bin_id, ''), deleted_at = COALESCE(deleted_at, @now), deleted_by = CASE WHEN bin_id IS NULL THEN @by ELSE deleted_by END
            WHERE workspace_id = @workspace AND model = @model AND (deleted_at IS NULL OR bin_id IS NOT NULL)
            """,
            row);
        foreach (var table in _ofVersions)
        {
            transaction.Execute(
                $"""
                UPDATE {table} SET model = @place WHERE workspace_id = @workspace AND model = @model
                AND version IN (SELECT v.version FROM model_versions v WHERE v.workspace_id = @workspace AND v.model = @place)
                """,
                row);
        }

        foreach (var table in _ofModel) transaction.Execute($"UPDATE {table} SET model = @place WHERE workspace_id = @workspace AND model = @model", row);
        transaction.Execute("DELETE FROM registered_models WHERE workspace_id = @workspace AND name = @model", row);
        transaction.Write(caller, "model.delete", $"models/{model}", Detail.Of(new { bin = $"models/{id}" }));
        transaction.Emit(new(caller.Workspace, Models.Deleted, $"models/{model}", Detail.Of(new ModelChange(model, null))));
    }

    /// <param name="id">That of a model in the bin.</param>
    public static Answer<Done> Restore(WriteTransaction transaction, Caller caller, string id, string model, long now)
    {
        var row = new { workspace = caller.Workspace.Value, id, model, place = Place(id), now };
        var made = transaction.Execute(
            """
            INSERT INTO registered_models (workspace_id, name, description, created_at, updated_at)
            SELECT workspace_id, name, description, created_at, @now FROM deleted_models WHERE workspace_id = @workspace AND model_id = @id
            ON CONFLICT DO NOTHING
            """,
            row);
        if (made == 0)
            return new Refusal.Conflict(
                "registry.name-taken", $"A model named '{model}' was made since this one was deleted. Rename that one (registered-models/rename of MLflow's protocol) or delete it, then restore models/{id}.");

        transaction.Execute(
            """
            UPDATE model_versions SET model = @model, bin_id = NULLIF(bin_id, ''), deleted_at = CASE WHEN bin_id = '' THEN NULL ELSE deleted_at END, deleted_by = CASE WHEN bin_id = '' THEN '' ELSE deleted_by END
            WHERE workspace_id = @workspace AND model = @place
            """,
            row);
        foreach (var table in _ofVersions.Concat(_ofModel)) transaction.Execute($"UPDATE {table} SET model = @model WHERE workspace_id = @workspace AND model = @place", row);
        KeepNumbers(transaction, caller.Workspace, model);
        transaction.Execute("DELETE FROM deleted_models WHERE workspace_id = @workspace AND model_id = @id", row);
        transaction.Write(caller, "model.restore", $"models/{model}", Detail.Of(new { bin = $"models/{id}" }));
        transaction.Emit(new(caller.Workspace, Models.Restored, $"models/{model}", Detail.Of(new ModelChange(model, null))));
        return default(Done);
    }

    public static void PutVersion(WriteTransaction transaction, Caller caller, ModelVersion version, long now)
    {
        var id = NewId();
        var row = new { workspace = caller.Workspace.Value, version.Model, version.Version, id, place = Place(id), now, by = caller.Name };
        transaction.Execute(
            "UPDATE model_versions SET deleted_at = @now, deleted_by = @by, bin_id = @id WHERE workspace_id = @workspace AND model = @Model AND version = @Version", row);
        transaction.Execute("UPDATE model_aliases SET model = @place WHERE workspace_id = @workspace AND model = @Model AND version = @Version", row);
        transaction.Write(caller, "model.delete-version", version.Subject, Detail.Of(new { bin = $"versions/{id}" }));
        transaction.Emit(new(caller.Workspace, Models.Deleted, version.Subject, Detail.Of(new ModelChange(version.Model, version.Version))));
    }

    /// <summary>With those of its aliases that point nowhere by now.</summary>
    /// <param name="id">That of a version in the bin, which was deleted by itself.</param>
    public static Answer<Done> RestoreVersion(WriteTransaction transaction, Caller caller, string id, long now)
    {
        var row = new { workspace = caller.Workspace.Value, id, place = Place(id) };
        var version = transaction.First<ModelVersion>($"SELECT {VersionTable.Columns} FROM model_versions WHERE workspace_id = @workspace AND bin_id = @id AND bin_id > ''", row)!;
        if (version.Model.StartsWith(':'))
            return new Refusal.Conflict(
                "bin.model-deleted", $"Version {version.Version} was deleted before its model, which is in the bin too. Restore the model first: POST /api/v1/models/{version.Model[1..]}/restore.");

        if (ModelTable.RequireForChange(transaction, caller.Workspace, version.Model, now).Refusal is { } unknown) return unknown;
        transaction.Execute("UPDATE model_versions SET deleted_at = NULL, deleted_by = '', bin_id = NULL WHERE workspace_id = @workspace AND bin_id = @id AND bin_id > ''", row);
        transaction.Execute(
            """
            DELETE FROM model_aliases WHERE workspace_id = @workspace AND model = @place
            AND alias IN (SELECT a.alias FROM model_aliases a WHERE a.workspace_id = @workspace AND a.model = @Model)
            """,
            new { row.workspace, row.place, version.Model });
        transaction.Execute("UPDATE model_aliases SET model = @Model WHERE workspace_id = @workspace AND model = @place", new { row.workspace, row.place, version.Model });
        transaction.Write(caller, "model.restore-version", version.Subject, Detail.Of(new { bin = $"versions/{id}" }));
        transaction.Emit(new(caller.Workspace, Models.Restored, version.Subject, Detail.Of(new ModelChange(version.Model, version.Version))));
        return default(Done);
    }

    /// <summary>Whether a model of the bin that had versions is called so.</summary>
    public static bool HasNumbers(ReadTransaction transaction, WorkspaceId workspace, string model) => LastNumber(transaction, workspace, model) > 0;

    /// <summary>No version of a model of that name gets a number that one of the bin has.</summary>
    public static void KeepNumbers(WriteTransaction transaction, WorkspaceId workspace, string model)
    {
        if (LastNumber(transaction, workspace, model) is > 0 and var last) Counter.AtLeast(transaction, workspace, Numbers(model), last);
    }

    /// <value>When the last model of that name that is in the bin was deleted; null: none is.</value>
    public static long? LastDeleted(ReadTransaction transaction, WorkspaceId workspace, string model) => transaction.Scalar<long?>(
        "SELECT MAX(deleted_at) FROM deleted_models WHERE workspace_id = @workspace AND name = @model", new { workspace = workspace.Value, model });

    /// <value>The counter that numbers the versions of a model.</value>
    public static string Numbers(string model) => $"versions/{model}";

    private static long LastNumber(ReadTransaction transaction, WorkspaceId workspace, string model) => transaction.Scalar<long>(
        "SELECT COALESCE(MAX(last_version), 0) FROM deleted_models WHERE workspace_id = @workspace AND name = @model", new { workspace = workspace.Value, model });

    private static string NewId() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
