namespace Cairn.Server.Homes;

/// <summary>The last entry of a backup: without it the archive was cut off.</summary>
/// <param name="Files">Path below the home → SHA-256 and length.</param>
internal sealed record BackupManifest(int Format, string Version, long CreatedAt, IReadOnlyDictionary<string, BackupFile> Files)
{
    public const string EntryName = "cairn-backup.json";
    public const int CurrentFormat = 1;
}

internal sealed record BackupFile(string Sha256, long Length);
