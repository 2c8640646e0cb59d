namespace Cairn.Storage.Files;

/// <summary>The same for files as for the database: what broke in the world becomes a <see cref="StorageException"/> that says what to do.</summary>
internal static class FileFaults
{
    private const int NoSpace = 28, ReadOnlyFileSystem = 30, QuotaExceeded = 122;

    public static bool IsFault(Exception exception) =>
        exception is UnauthorizedAccessException or IOException { HResult: NoSpace or ReadOnlyFileSystem or QuotaExceeded };

    public static StorageException Explain(Exception exception, string path) => exception is IOException { HResult: NoSpace or QuotaExceeded }
        ? new(StorageFault.DiskFull, $"No space left to write {path}. Nothing of it was stored. Make room and try again.", exception)
        : new(StorageFault.ReadOnly, $"{path} cannot be written ({exception.Message}). Give this user write access to the home, or choose another with --home.", exception);
}
