using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Packages;

namespace Cairn.Tracking;

/// <summary>An MLflow model folder, sealed: every file by digest, one digest over all, signed with the home's key. Loading executes nothing.</summary>
/// <param name="Digest">SHA-256 over the lines <c>DIGEST  PATH</c>, sorted by path: what <c>sha256sum</c> writes of the folder.</param>
/// <param name="Signature">ECDSA P-256 over the digest, DER, base64.</param>
public sealed record ModelPackage(Digest Digest, string Signature, IReadOnlyDictionary<string, Digest> Files);

public sealed record OpenedPackage(ModelPackage Package, IReadOnlyDictionary<string, byte[]> Files);

/// <summary>Seals and opens packages. What is opened is what was sealed, or it is refused.</summary>
public sealed class ModelPackages
{
    private readonly Database _database;
    private readonly IBlobStore _blobs;
    private readonly SigningKey _key;
    private readonly TimeProvider _clock;

    internal ModelPackages(Database database, IBlobStore blobs, SigningKey key, TimeProvider clock) => (_database, _blobs, _key, _clock) = (database, blobs, key, clock);

    /// <summary>Stores the files, computes the digest, signs it. <c>MLmodel</c> is required among the files. The same files again are the same package.</summary>
    public async Task<Answer<ModelPackage>> Seal(WorkspaceId workspace, IReadOnlyDictionary<string, byte[]> files, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (Manifest.Check(files.Keys) is { } refusal) return refusal;

        var blobs = new Dictionary<string, Blob>(StringComparer.Ordinal);
        foreach (var (path, content) in files)
        {
            using var stream = new MemoryStream(content, writable: false);
            blobs[path] = await _blobs.Write(stream, cancellation);
        }

        var digest = Manifest.Digest(blobs.Select(file => (file.Key, file.Value.Digest)));
        var signature = _key.Sign(digest);
        var now = _clock.Micros();
        return await _database.Write(
            transaction =>
            {
                PackageTable.Insert(transaction, workspace, digest, signature, blobs, now);
                return PackageTable.Find(transaction, workspace, digest)!.ToPackage(); // the first signature, when it was sealed before
            },
            cancellation);
    }

    /// <summary>Reads every file and checks digest and signature. An altered one is the refusal <c>package.altered</c>, naming the file.</summary>
    public async Task<Answer<OpenedPackage>> Open(WorkspaceId workspace, Digest digest, CancellationToken cancellation)
    {
        if (await _database.Read(transaction => PackageTable.Find(transaction, workspace, digest), cancellation) is not { } stored)
            return new Refusal.Missing("package.missing", $"There is no package {digest} in the workspace {workspace}. Train and register again, or restore the backup that has it.");

        if (Manifest.Digest(stored.Files.Select(file => (file.Path, Cairn.Kernel.Digest.Parse(file.Digest)))) != digest)
            return Altered(digest, "its list of files is not the one that was sealed");
        if (!_key.Verify(digest, stored.Signature))
            return new Refusal.Forbidden(
                "package.signature",
                $"The signature of package {digest.Short} was not made with a key of this home. Put the public key of the home that sealed it, as a .pub file, into {_key.Folder} when you trust it.");

        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in stored.Files)
        {
            if (await Read(file, cancellation) is not { } content) return Altered(digest, $"its file '{file.Path}' is gone from the blob store (blob {file.Digest})");
            if (Cairn.Kernel.Digest.Of(content).Hex != file.Digest) return Altered(digest, $"its file '{file.Path}' was altered on disk (blob {file.Digest})");
            contents[file.Path] = content;
        }

        return new OpenedPackage(stored.ToPackage(), contents);
    }

    private async Task<byte[]?> Read(PackageFile file, CancellationToken cancellation)
    {
        await using var stream = await _blobs.Open(Cairn.Kernel.Digest.Parse(file.Digest), cancellation);
        if (stream is null) return null;

        if (stream.CanSeek)
        {
            var content = new byte[stream.Length];
            await stream.ReadExactlyAsync(content, cancellation);
            return content;
        }

        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, cancellation);
        return copy.ToArray();
    }

    private static Refusal.Conflict Altered(Digest digest, string what) =>
        new("package.altered", $"Package {digest.Short} is refused: {what}. It is not loaded. Restore that file from a backup, or roll back to another version.");
}
