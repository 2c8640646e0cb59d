using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Packages;

/// <summary>A row of <c>model_packages</c> with its files.</summary>
internal sealed record StoredPackage
{
    public string Digest { get; init; } = "";

    public string Signature { get; init; } = "";

    public long SealedAt { get; init; }

    public IReadOnlyList<PackageFile> Files { get; init; } = [];

    public ModelPackage ToPackage() => new(
        Cairn.Kernel.Digest.Parse(Digest), Signature, Files.ToDictionary(file => file.Path, file => Cairn.Kernel.Digest.Parse(file.Digest), StringComparer.Ordinal));

    public PackageWire ToWire() => new(Digest, Signature, SealedAt, [.. Files.Select(file => new ArtifactWire(file.Path, false, file.Length, file.Digest))]);
}

internal sealed record PackageFile
{
    public string Path { get; init; } = "";

    public string Digest { get; init; } = "";

    public long Length { get; init; }
}

internal static class PackageTable
{
    public static StoredPackage? Find(ReadTransaction transaction, WorkspaceId workspace, Digest digest)
    {
        var key = new { workspace = workspace.Value, digest = digest.Hex };
        var package = transaction.First<StoredPackage>("SELECT digest, signature, sealed_at FROM model_packages WHERE workspace_id = @workspace AND digest = @digest", key);
        return package is null
            ? null
            : package with
            {
                Files = transaction.Query<PackageFile>(
                    "SELECT path, digest, length FROM model_package_files WHERE workspace_id = @workspace AND package_digest = @digest ORDER BY path", key),
            };
    }

    public static void Insert(
        WriteTransaction transaction, WorkspaceId workspace, Digest digest, string signature, IReadOnlyDictionary<string, Blob> files, long now)
    {
        var inserted = transaction.Execute(
            "INSERT INTO model_packages (workspace_id, digest, signature, sealed_at) VALUES (@workspace, @digest, @signature, @now) ON CONFLICT DO NOTHING",
            new { workspace = workspace.Value, digest = digest.Hex, signature, now });
        if (inserted == 0) return;

        transaction.Insert(
            "model_package_files", ("workspace_id", Tags.Repeated(workspace.Value, files.Count)), ("package_digest", Tags.Repeated(digest.Hex, files.Count)), ("path", files.Keys.ToArray()),
            ("digest", files.Values.Select(file => file.Digest.Hex).ToArray()), ("length", files.Values.Select(file => file.Length).ToArray()));
    }
}
