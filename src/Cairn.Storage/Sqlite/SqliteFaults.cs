using Microsoft.Data.Sqlite;

namespace Cairn.Storage.Sqlite;

/// <summary>Tells what broke in the world from what is wrong with a statement; only the first becomes a <see cref="StorageException"/>.</summary>
internal static class SqliteFaults
{
    private const int Busy = 5, ReadOnly = 8, IoError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NotADatabase = 26;

    public static bool IsFault(Exception exception) =>
        exception is SqliteException { SqliteErrorCode: Busy or ReadOnly or IoError or Corrupt or Full or CannotOpen or NotADatabase };

    public static StorageException Explain(Exception exception, string path) => exception is not SqliteException e
        ? throw new ArgumentException("Not an error of SQLite.", nameof(exception))
        : e.SqliteErrorCode switch
        {
            Full => new(StorageFault.DiskFull, $"No space left to write {path}. Nothing of this request was stored. Make room; Cairn goes on by itself.", e),
            ReadOnly or CannotOpen => new(StorageFault.ReadOnly, $"{path} cannot be written ({e.Message}). Give this user write access to the home, or choose another with --home.", e),
            Corrupt or NotADatabase => new(StorageFault.Corrupt, $"{path} is damaged ({e.Message}). Stop Cairn and restore the newest copy: cairn restore FILE; copies are in {Backups(path)}.", e),
            Busy => new(StorageFault.Unavailable, $"{path} is locked by another process. One Cairn owns a home: stop the other, or choose another home with --home.", e),
            _ => new(StorageFault.Unavailable, $"The disk did not accept a read or write of {path} ({e.Message}). Nothing of this request was stored. Check the disk.", e),
        };

    private static string Backups(string path) => Path.Combine(Path.GetDirectoryName(path) ?? "", "backups");
}
