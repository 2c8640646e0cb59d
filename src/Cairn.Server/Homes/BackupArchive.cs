using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using Cairn.Client;
using Cairn.Kernel;
using Cairn.Server.Hosting;

namespace Cairn.Server.Homes;

/// <summary>Writes a home as a tar: first the copies of the databases, then the files they may refer to, last the manifest.</summary>
/// <remarks>In this order every blob the copies know is in the archive: a blob is durable before a row names it, and none is removed while the caller holds them.</remarks>
internal static class BackupArchive
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <param name="databases">Name in the home → path of the copy.</param>
    public static async Task Write(string home, IReadOnlyDictionary<string, string> databases, Stream destination, TimeProvider clock, CancellationToken cancellation)
    {
        var files = new Dictionary<string, BackupFile>(StringComparer.Ordinal);
        await using var tar = new TarWriter(destination, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var (name, copy) in databases) await Add(tar, name, copy, files, cancellation);
        foreach (var path in HomeFolder.StateFiles(home)) await Add(tar, path, Path.Combine(home, path), files, cancellation);

        var manifest = new BackupManifest(BackupManifest.CurrentFormat, RunningServer.Version, clock.Micros(), files);
        using var content = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, CairnJson.Options));
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, BackupManifest.EntryName) { Mode = OwnerOnly, DataStream = content }, cancellation);
    }

    private static async Task Add(TarWriter tar, string name, string path, Dictionary<string, BackupFile> files, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, new FileStreamOptions { Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
        file.Position = 0;
        files[name] = new BackupFile(digest, file.Length);
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = OwnerOnly, DataStream = file }, cancellation);
    }
}
