using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Cairn.Client;
using Cairn.Kernel;
using Cairn.Server.Hosting;

namespace Cairn.Server.Homes;

/// <summary>Unpacks a backup beside what a home holds, checks every byte, then swaps. The caller holds the lock.</summary>
internal static class RestoreIntoHome
{
    public static async Task<Answer<RestoredHome>> Run(Stream archive, string home, bool replace, CancellationToken cancellation)
    {
        var present = HomeFolder.Contents(home);
        if (present.Count > 0 && !replace)
            return new Refusal.Conflict(
                "restore.home-not-empty", $"The home {home} holds {Path.GetFileName(present[0])}{(present.Count > 1 ? $" and {present.Count - 1} more" : "")}. Restore into an empty home (--home), or say --replace: what is there is then moved aside, not deleted.");

        var stamp = TimeProvider.System.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var unpacked = Directory.CreateDirectory(Path.Combine(home, $"restoring-{stamp}-{Environment.ProcessId}")).FullName;
        try
        {
            var manifest = await Unpack(archive, unpacked, cancellation);
            if (manifest.Refusal is { } refusal) return refusal;
            if (await Verify(unpacked, manifest.Value, cancellation) is { } altered) return altered;
            var replaced = present.Count > 0 ? MoveAside(home, present, stamp) : null;
            foreach (var entry in Directory.EnumerateFileSystemEntries(unpacked)) Directory.Move(entry, Path.Combine(home, Path.GetFileName(entry)));
            return new RestoredHome(home, manifest.Value.CreatedAt, manifest.Value.Files.Count, manifest.Value.Files.Values.Sum(file => file.Length), replaced);
        }
        finally
        {
            Directory.Delete(unpacked, recursive: true);
        }
    }

    private static async Task<Answer<BackupManifest>> Unpack(Stream archive, string folder, CancellationToken cancellation)
    {
        BackupManifest? manifest = null;
        try
        {
            await using var plain = await Decompress(archive, cancellation);
            await using var tar = new TarReader(plain);
            while (await tar.GetNextEntryAsync(copyData: false, cancellation) is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || !IsSafe(entry.Name))
                    return NotABackup($"it holds '{entry.Name}' ({entry.EntryType}), which no backup does");
                if (entry.Name == BackupManifest.EntryName)
                {
                    manifest = entry.DataStream is null ? null : await JsonSerializer.DeserializeAsync<BackupManifest>(entry.DataStream, CairnJson.Options, cancellation);
                    continue;
                }

                var path = Path.Combine(folder, entry.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await entry.ExtractToFileAsync(path, overwrite: false, cancellation);
            }
        }
        catch (EndOfStreamException)
        {
            return Incomplete();
        }
        catch (Exception strange) when (strange is InvalidDataException or FormatException or JsonException)
        {
            return NotABackup(strange.Message);
        }

        if (manifest is { Files: null }) return NotABackup($"{BackupManifest.EntryName} names no files");
        if (manifest is null) return Directory.EnumerateFileSystemEntries(folder).Any() ? Incomplete() : NotABackup("it is empty");
        return manifest.Format <= BackupManifest.CurrentFormat
            ? manifest
            : new Refusal.Invalid("restore.too-new", $"The backup was made by Cairn {manifest.Version} in format {manifest.Format}; this is {RunningServer.Version}, which reads format {BackupManifest.CurrentFormat}. Use that Cairn or a newer one.");
    }

    // Names are stored with forward slashes and go down from the home, whatever else somebody wrote into the archive.
    private static bool IsSafe(string name) =>
        name.Length > 0 && !name.Contains('\\', StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal) && !Path.IsPathRooted(name)
        && name.Split('/') is var parts && parts.All(part => part is not ("" or "." or "..")) && !HomeFolder.IsOfTheOwner(parts[0]);

    private static async Task<Refusal?> Verify(string folder, BackupManifest manifest, CancellationToken cancellation)
    {
        var unpacked = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Count();
        if (unpacked != manifest.Files.Count) return new Refusal.Invalid("restore.altered", $"The backup names {manifest.Files.Count} files and holds {unpacked}. Nothing was restored: use another backup.");
        foreach (var (name, expected) in manifest.Files)
        {
            var path = Path.Combine(folder, name);
            if (!IsSafe(name) || !File.Exists(path)) return new Refusal.Invalid("restore.altered", $"The backup names {name} and does not hold it. Nothing was restored: use another backup.");
            await using var file = File.OpenRead(path);
            var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellation));
            if (found != expected.Sha256)
                return new Refusal.Invalid("restore.altered", $"{name} in the backup was altered: found SHA-256 {found[..8]}, expected {expected.Sha256[..8]}. Nothing was restored: use another backup.");
        }

        return null;
    }

    private static string MoveAside(string home, IReadOnlyList<string> present, string stamp)
    {
        var aside = Directory.CreateDirectory(Path.Combine(home, $"replaced-{stamp}")).FullName;
        foreach (var entry in present) Directory.Move(entry, Path.Combine(aside, Path.GetFileName(entry)));
        return aside;
    }

    private static async Task<Stream> Decompress(Stream archive, CancellationToken cancellation)
    {
        var buffered = new BufferedStream(archive, 1 << 16);
        if (!archive.CanSeek) return buffered;
        var head = new byte[2];
        var read = await archive.ReadAtLeastAsync(head, 2, throwOnEndOfStream: false, cancellation);
        archive.Position = 0;
        return read == 2 && head is [0x1f, 0x8b] ? new GZipStream(archive, CompressionMode.Decompress, leaveOpen: true) : buffered;
    }

    private static Refusal.Invalid NotABackup(string why) => new(
        "restore.not-a-backup", $"The file is not a backup of Cairn: {why.TrimEnd('.')}. Nothing was restored. Backups are made with 'cairn backup FILE'.");

    private static Refusal.Invalid Incomplete() => new(
        "restore.incomplete", "The backup breaks off before its end, so it was not written completely. Nothing was restored: use another backup.");
}
