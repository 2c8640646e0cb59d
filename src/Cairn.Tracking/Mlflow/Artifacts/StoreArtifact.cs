using Cairn.Access;
using Cairn.Storage;
using Cairn.Tracking.Artifacts;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.Artifacts;

/// <summary>A file that is sent whole gets its name.</summary>
internal static class StoreArtifact
{
    public static async Task Store(MlflowCall call, ArtifactAddress address, Stream content)
    {
        if (address.Path.Length == 0) throw MlflowException.Invalid("Invalid path");
        await call.Query(transaction =>
        {
            address.Require(transaction, call.Workspace, write: true); // before a large file is taken in
            return true;
        });

        var blob = await call.Store.Blobs.Write(content, call.Cancellation);
        var now = call.Store.Now;
        await call.Write(transaction =>
        {
            Name(transaction, call.Caller, address, blob, now);
            return true;
        });
        await call.Reply();
    }

    /// <summary>Content that is in the blob store gets its name. Whether its owner still takes it is asked again.</summary>
    public static void Name(WriteTransaction transaction, Caller caller, ArtifactAddress address, Blob blob, long now)
    {
        var workspace = caller.Workspace;
        address.Require(transaction, workspace, write: true);
        if (address.Of == ArtifactAddress.Kind.Workspace)
        {
            transaction.TakeTurn($"files/{workspace}/{address.Path}"); // of two who replace it each is told what it replaced
            if (ArtifactTable.Find(transaction, workspace, address.Owner, address.Path) is { } replaced && replaced.Digest != blob.Digest.Hex) Audit(transaction, caller, replaced, blob);
        }

        if (ArtifactTable.Put(transaction, workspace, address.Owner, address.Path, blob, now).Refusal is { } clash) throw MlflowException.Of(clash);
    }

    /// <summary>As of a deletion: of what is no run's only this tells what there was. The same content again loses nothing.</summary>
    private static void Audit(WriteTransaction transaction, Caller caller, Artifact replaced, Blob blob) => transaction.Write(
        caller, "files.replace", $"files/{replaced.Path}",
        Detail.Of(new { Was = new { replaced.Digest, replaced.Length }, Now = new { Digest = blob.Digest.Hex, blob.Length } }));
}
