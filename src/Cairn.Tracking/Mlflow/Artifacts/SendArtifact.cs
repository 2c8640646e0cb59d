using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Artifacts;
using Cairn.Tracking.Mlflow.Protocol;
using Microsoft.AspNetCore.Http;

namespace Cairn.Tracking.Mlflow.Artifacts;

/// <param name="Owner">As <see cref="ArtifactAddress"/> has it.</param>
internal readonly record struct FilePlace(string Owner, string Path);

/// <summary>A file as the answer to a call.</summary>
internal static class SendArtifact
{
    /// <param name="place">Where it is; refuses who may not have it.</param>
    public static async Task Send(HttpContext context, MlflowCall call, Func<ReadTransaction, FilePlace> place)
    {
        var artifact = await call.Query(transaction =>
        {
            var (owner, path) = place(transaction);
            return ArtifactTable.Find(transaction, call.Workspace, owner, path) ?? throw MlflowException.Missing($"No artifact '{path}' is {(owner == ArtifactAddress.Workspace ? "here, outside the runs and logged models" : $"in {owner}")}.");
        });
        var digest = Digest.Parse(artifact.Digest);
        if (await call.Store.Blobs.Open(digest, call.Cancellation) is not { } content)
            throw MlflowException.Missing($"The artifact '{artifact.Path}' is known, but its content (blob {digest}) is gone from the blob store. Restore it from a backup.");

        await ArtifactDownload.Of(context, artifact.Path, digest, content).ExecuteAsync(context);
    }
}
