using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.LoggedModels;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.Registry;
using Cairn.Tracking.Mlflow.RunRecords;
using Microsoft.AspNetCore.Http;

namespace Cairn.Tracking.Mlflow.Artifacts;

/// <summary>GET /get-artifact, /model-versions/get-artifact and logged-models/{model_id}/artifacts/files: files as MLflow's pages ask for them.</summary>
internal static class GetArtifact
{
    private const string Proxy = "mlflow-artifacts:", OfRuns = "runs:/";

    public static void Map(MlflowRoutes routes)
    {
        routes.Download("get-artifact", Permission.RunsRead, OfRun);
        // A version names any run of its workspace: who may not read runs does not read them this way.
        routes.Download("model-versions/get-artifact", Permission.RunsRead, OfVersion);
        routes.Stream("GET", "mlflow/logged-models/{model_id}/artifacts/files", Permission.RunsRead, OfModel);
    }

    private static Task OfRun(HttpContext context, MlflowCall call)
    {
        var run = Asked(context, "run_id", "run_uuid");
        var path = Path(context, "path");
        return SendArtifact.Send(context, call, transaction => new(RunForChange.Require(transaction, call.Workspace, run).RunId, path));
    }

    private static Task OfModel(HttpContext context, MlflowCall call)
    {
        var path = Path(context, "artifact_file_path");
        return SendArtifact.Send(context, call, transaction => new(LoggedModel.Require(transaction, call.Workspace, call.Route("model_id")).ModelId, path));
    }

    private static Task OfVersion(HttpContext context, MlflowCall call)
    {
        if (!call.Caller.May(Permission.ModelsRead)) throw new MlflowException(403, "PERMISSION_DENIED", $"This needs the permission {Permission.ModelsRead}.");
        var (name, number) = (Asked(context, "name"), VersionJson.Number(Asked(context, "version")));
        var path = Path(context, "path");
        return SendArtifact.Send(context, call, transaction =>
        {
            var source = VersionJson.Require(transaction, call.Workspace, name, number).Source;
            return Place(transaction, call.Workspace, source, path) ?? throw MlflowException.Missing($"The files of version {number} of '{name}' are at {source}, which this server does not read. Get them there.");
        });
    }

    /// <summary>Null: not on this server.</summary>
    private static FilePlace? Place(ReadTransaction transaction, WorkspaceId workspace, string source, string path)
    {
        if (VersionJson.LoggedModelOf(source) is { } model) return new(LoggedModel.Require(transaction, workspace, model).ModelId, path);
        if (source.StartsWith(OfRuns, StringComparison.OrdinalIgnoreCase))
        {
            var (run, folder) = source[OfRuns.Length..].Trim('/').Split('/', 2) is [var id, var rest] ? (id, rest) : (source[OfRuns.Length..].Trim('/'), "");
            return new(RunForChange.Require(transaction, workspace, run).RunId, Below(folder, path));
        }

        if (!source.StartsWith(Proxy, StringComparison.OrdinalIgnoreCase)) return null;
        var whole = source[Proxy.Length..];
        if (whole.StartsWith("//", StringComparison.Ordinal)) whole = whole.IndexOf('/', 2) is var slash and > 0 ? whole[slash..] : ""; // it names its host
        var address = ArtifactAddress.Parse(Below(whole.Trim('/'), path));
        address.Require(transaction, workspace, write: false);
        return new(address.Owner, address.Path);
    }

    private static string Below(string folder, string path) => folder.Length == 0 ? path : $"{folder}/{path}";

    private static string Path(HttpContext context, string name) => ArtifactAddress.Safe(Asked(context, name));

    private static string Asked(HttpContext context, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (context.Request.Query[name].ToString() is { Length: > 0 } value) return value;
        throw MlflowException.Required(names[0]);
    }
}
