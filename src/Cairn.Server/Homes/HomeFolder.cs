namespace Cairn.Server.Homes;

/// <summary>What belongs to a home: its state, and what only its present owner needs.</summary>
internal static class HomeFolder
{
    private static readonly string[] OfTheOwner = ["lock", "server.json", "server.json.next", "cairn.sock"];

    // Made anew from the rest, or of no use elsewhere.
    private static readonly string[] NotState = [.. OfTheOwner, "backups", "logs", "tmp", "cache", "uploads", "sent"];

    /// <summary>The files a backup holds besides the databases, as paths below the home with forward slashes.</summary>
    public static IEnumerable<string> StateFiles(string home) =>
        from path in Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(home, path).Replace('\\', '/')
        let top = relative.Split('/')[0]
        where !NotState.Contains(top, StringComparer.Ordinal) && !top.StartsWith("replaced-", StringComparison.Ordinal) && !top.StartsWith("restoring-", StringComparison.Ordinal)
        where !relative.StartsWith("blobs/unfinished/", StringComparison.Ordinal) && !top.EndsWith(".log", StringComparison.Ordinal)
        where !IsDatabase(top)
        select relative;

    /// <summary>What a restore would have to move away.</summary>
    public static IReadOnlyList<string> Contents(string home) =>
        [.. Directory.EnumerateFileSystemEntries(home).Where(entry => !IsOfTheOwner(Path.GetFileName(entry)))];

    /// <summary>Whether a name at the top of a home is kept by its present owner: no backup holds it.</summary>
    public static bool IsOfTheOwner(string name) => OfTheOwner.Contains(name, StringComparer.Ordinal);

    /// <summary>Copies of a database whose backup was cut off by the death of the process.</summary>
    public static void RemoveUnfinishedBackups(string home)
    {
        var folder = new DirectoryInfo(Path.Combine(home, "tmp"));
        if (!folder.Exists) return;
        foreach (var left in folder.EnumerateFiles("backup-*")) left.Delete();
    }

    private static bool IsDatabase(string name) => name is "cairn.db" or "cairn.db-wal" or "cairn.db-shm" or "predictions.db" or "predictions.db-wal" or "predictions.db-shm";
}
