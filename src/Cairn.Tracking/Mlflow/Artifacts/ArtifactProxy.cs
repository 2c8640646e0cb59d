using Cairn.Access;
using Cairn.Storage;
using Cairn.Tracking.Artifacts;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Mlflow.Protocol;
using Microsoft.AspNetCore.Http;

namespace Cairn.Tracking.Mlflow.Artifacts;

/// <summary>
/// PUT, GET and DELETE mlflow-artifacts/artifacts/{path}, and GET mlflow-artifacts/artifacts?path=: how clients reach the files of an
/// <c>mlflow-artifacts:</c> URI. Files stream to and from the blob store; they are always sent as downloads.
/// </summary>
internal static class ArtifactProxy
{
    private const int MostNamed = 100;

    public static void Map(MlflowRoutes routes)
    {
        routes.Stream("GET", "mlflow-artifacts/artifacts", Permission.RunsRead, List);
        routes.Stream("GET", "mlflow-artifacts/artifacts/{**path}", Permission.RunsRead, Download);
        routes.Stream("PUT", "mlflow-artifacts/artifacts/{**path}", Permission.RunsWrite, Upload);
        routes.Stream("DELETE", "mlflow-artifacts/artifacts/{**path}", Permission.RunsWrite, Delete);
    }

    private static async Task List(HttpContext context, MlflowCall call)
    {
        var address = ArtifactAddress.Parse(context.Request.Query["path"]);
        var entries = await call.Query(transaction =>
        {
            address.Require(transaction, call.Workspace, write: false);
            return ListArtifacts.Entries(transaction, call.Workspace, address.Owner, address.Path);
        });
        // Names alone: the client knows the folder it asked for.
        await call.Reply((Entries: entries, Skipped: address.Path.Length == 0 ? 0 : address.Path.Length + 1), static (json, listed) =>
        {
            json.WriteStartObject();
            ListArtifacts.Write(json, listed.Entries, listed.Skipped);
            json.WriteEndObject();
        });
    }

    private static Task Download(HttpContext context, MlflowCall call)
    {
        var address = ArtifactAddress.Parse(ArtifactAddress.Asked(call));
        return SendArtifact.Send(context, call, transaction =>
        {
            address.Require(transaction, call.Workspace, write: false);
            return new(address.Owner, address.Path);
        });
    }

    private static Task Upload(HttpContext context, MlflowCall call) => StoreArtifact.Store(call, ArtifactAddress.Parse(ArtifactAddress.Asked(call)), context.Request.Body);

    /// <summary>A file, or a folder with what is in it. Content that nothing else names goes a day later.</summary>
    private static async Task Delete(HttpContext context, MlflowCall call)
    {
        var address = ArtifactAddress.Parse(ArtifactAddress.Asked(call));
        if (address is { Of: ArtifactAddress.Kind.Workspace, Path: "" }) throw MlflowException.Invalid("Invalid path");
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            address.Require(transaction, call.Workspace, write: true);
            var below = address.Path.Length == 0 ? "" : "AND (path = @Path OR (path >= @first AND path < @after))";
            var files = new { workspace = call.Workspace.Value, address.Owner, address.Path, first = address.Path + "/", after = address.Path + "0" }; // '0' follows '/'
            var lost = transaction.Query<Artifact>($"SELECT path, digest, length FROM run_artifacts WHERE workspace_id = @workspace AND run_id = @Owner {below} ORDER BY path", files);
            UnnamedBlobs.LetGo(transaction, call.Workspace, lost.Select(file => file.Digest), now);
            if (address.Of == ArtifactAddress.Kind.Workspace && lost.Count > 0) Audit(transaction, call, address.Path, lost);
            return transaction.Execute($"DELETE FROM run_artifacts WHERE workspace_id = @workspace AND run_id = @Owner {below}", files);
        });
        await call.Reply();
    }

    /// <summary>What is deleted of a run is attributed to the run; of what is no run's only this tells what there was.</summary>
    private static void Audit(WriteTransaction transaction, MlflowCall call, string path, IReadOnlyList<Artifact> lost) => transaction.Write(
        call.Caller, "files.delete", $"files/{path}",
        Detail.Of(new { Files = lost.Count, Bytes = lost.Sum(file => file.Length), First = lost.Take(MostNamed).Select(file => new { file.Path, file.Digest, file.Length }) }));
}
