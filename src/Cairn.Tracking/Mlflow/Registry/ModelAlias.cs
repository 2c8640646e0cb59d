using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Naming;
using Cairn.Tracking.Registry;

namespace Cairn.Tracking.Mlflow.Registry;

/// <summary>
/// POST, GET and DELETE registered-models/alias. The alias champion is a promotion: a version trained by Cairn needs its verdict; for one
/// logged from outside the request itself is the word of its sender, and the history says <c>unverified</c>.
/// </summary>
internal static class ModelAlias
{
    private const string Latest = "latest";

    public static void Map(MlflowRoutes routes)
    {
        routes.Change("POST", "registered-models/alias", Permission.ModelsWrite, Set);
        routes.Get("registered-models/alias", Permission.ModelsRead, Get);
        routes.Change("DELETE", "registered-models/alias", Permission.ModelsWrite, Delete);
    }

    private static async Task Set(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "alias", "version");
        var (name, alias, version) = (fields[0], fields[1], VersionJson.Number(fields[2]));
        if (Names.Alias(alias) is not null) throw BadAlias(alias);
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            ModelJson.Require(transaction, call.Workspace, name);
            VersionJson.Require(transaction, call.Workspace, name, version);
            return SetModelAlias.Set(transaction, call.Caller, name, alias, new SetAlias(version, Unverified: true), now) is { } refusal ? throw MlflowException.Of(refusal) : true;
        });
        await call.Reply();
    }

    private static async Task Get(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "alias");
        var (name, alias) = (fields[0], fields[1]);
        var shown = await call.Query(transaction =>
        {
            ModelJson.Require(transaction, call.Workspace, name);
            var version = alias.Equals(Latest, StringComparison.OrdinalIgnoreCase)
                ? transaction.Scalar<long?>("SELECT MAX(version) FROM model_versions WHERE workspace_id = @workspace AND model = @name AND deleted_at IS NULL", new { workspace = call.Workspace.Value, name })
                : AliasTable.Find(transaction, call.Workspace, name, alias);
            // Not a 404: MLflow has it so, and clients tell by it whether the model is missing or the alias.
            return VersionJson.Shown(transaction, call.Workspace, name, version ?? throw MlflowException.Invalid($"Registered model alias {alias} not found."));
        });
        await VersionJson.Reply(call, shown);
    }

    private static async Task Delete(MlflowCall call)
    {
        var fields = FieldsOf.Texts(call, "name", "alias");
        var (name, alias) = (fields[0], fields[1]);
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            ModelJson.Require(transaction, call.Workspace, name);
            if (AliasTable.Find(transaction, call.Workspace, name, alias) is null) return false;
            return RemoveModelAlias.Remove(transaction, call.Caller, name, alias, null, now) is { } refusal ? throw MlflowException.Of(refusal) : true;
        });
        await call.Reply();
    }

    private static MlflowException BadAlias(string alias) => MlflowException.Invalid(
        alias.Equals(Latest, StringComparison.OrdinalIgnoreCase) ? "'latest' alias name (case insensitive) is reserved."
        : alias.Length > 255 ? "'Registered model alias name' exceeds the maximum length of 255 characters"
        : alias[0] is 'v' or 'V' && alias.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0 ? $"Version alias name '{alias}' is reserved."
        : $"Invalid alias name: '{alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).");
}
