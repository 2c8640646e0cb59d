using Cairn.Storage.Files;

namespace Cairn.Storage;

/// <summary>Puts what was written under another name into its place: whole or not at all, also when the power fails in between.</summary>
public static class DurableFile
{
    /// <param name="written">In the same file system as <paramref name="path"/>. What stands there is replaced.</param>
    public static void Put(string written, string path)
    {
        Flush(written);
        File.Move(written, path, overwrite: true);
        DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Writes a small file.</summary>
    public static void Put(string path, ReadOnlySpan<byte> content)
    {
        var written = path + ".next";
        File.WriteAllBytes(written, content);
        Put(written, path);
    }

    /// <summary>A folder whose files are durable already.</summary>
    /// <param name="path">Must not exist.</param>
    public static void PutFolder(string written, string path)
    {
        DirectorySync.Flush(written);
        Directory.Move(written, path);
        DirectorySync.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>The content survives; whether the name does is for <see cref="Put(string, string)"/>.</summary>
    public static void Flush(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }
}
