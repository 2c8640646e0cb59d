using Cairn.Access;
using Cairn.Kernel;
using Cairn.Tracking.Artifacts;
using Cairn.Tracking.Mlflow.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Cairn.Tracking.Mlflow.Artifacts;

/// <summary>
/// PUT, GET and DELETE mlflow-artifacts/artifacts/{path}, and GET mlflow-artifacts/artifacts?path=: how clients reach the files of an
/// <c>mlflow-artifacts:</c> URI. Files stream to and from the blob store; they are always sent as downloads.
/// </summary>
internal static class ArtifactProxy
{
    private static readonly FileExtensionContentTypeProvider _types = new();

    public static void Map(MlflowRoutes routes)
    {
        routes.Stream("GET", "/artifacts", Permission.RunsRead, List);
        routes.Stream("GET", "/artifacts/{**path}", Permission.RunsRead, Download);
        routes.Stream("PUT", "/artifacts/{**path}", Permission.RunsWrite, Upload);
        routes.Stream("DELETE", "/artifacts/{**path}", Permission.RunsWrite, Delete);
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

    private static async Task Download(HttpContext context, MlflowCall call)
    {
        var address = ArtifactAddress.Parse(call.Route("path"));
        var artifact = await call.Query(transaction =>
        {
            address.Require(transaction, call.Workspace, write: false);
            return ArtifactTable.Find(transaction, call.Workspace, address.Owner, address.Path) ?? throw MlflowException.Missing($"No artifact '{address.Path}' is in {(address.IsModel ? "logged model" : "run")} {address.Owner}.");
        });
        if (await call.Store.Blobs.Open(Digest.Parse(artifact.Digest), call.Cancellation) is not { } content)
            throw MlflowException.Missing($"The artifact '{address.Path}' is known, but its content (blob {artifact.Digest}) is gone from the blob store. Restore it from a backup.");

        context.Response.Headers.XContentTypeOptions = "nosniff";
        var file = TypedResults.Stream(
            content, _types.TryGetContentType(address.Path, out var type) ? type : "application/octet-stream", fileDownloadName: address.Path[(address.Path.LastIndexOf('/') + 1)..],
            entityTag: new EntityTagHeaderValue($"\"{artifact.Digest}\""), enableRangeProcessing: true);
        await file.ExecuteAsync(context);
    }

    private static async Task Upload(HttpContext context, MlflowCall call)
    {
        var address = ArtifactAddress.Parse(call.Route("path"));
        if (address.Path.Length == 0) throw MlflowException.Invalid("Invalid path");
        await call.Query(transaction =>
        {
            address.Require(transaction, call.Workspace, write: true); // before a large file is taken in
            return true;
        });

        var blob = await call.Store.Blobs.Write(context.Request.Body, call.Cancellation);
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            address.Require(transaction, call.Workspace, write: true);
            return ArtifactTable.Put(transaction, call.Workspace, address.Owner, address.Path, blob, now).Refusal is { } clash ? throw MlflowException.Of(clash) : true;
        });
        await call.Reply();
    }

    /// <summary>A file, or a folder with what is in it. The content stays in the blob store: something else may have the same.</summary>
    private static async Task Delete(HttpContext context, MlflowCall call)
    {
        var address = ArtifactAddress.Parse(call.Route("path"));
        await call.Write(transaction =>
        {
            address.Require(transaction, call.Workspace, write: true);
            return transaction.Execute(
                $"""
                DELETE FROM run_artifacts WHERE workspace_id = @workspace AND run_id = @Owner {(address.Path.Length == 0 ? "" : "AND (path = @Path OR (path >= @first AND path < @after))")}
                """,
                new { workspace = call.Workspace.Value, address.Owner, address.Path, first = address.Path + "/", after = address.Path + "0" }); // '0' follows '/'
        });
        await call.Reply();
    }
}
