using System.Globalization;
using Cairn.Kernel;
using Cairn.Storage.Blobs;
using Cairn.Storage.Files;

namespace Cairn.Storage;

public sealed record UploadPart(int Number, Blob Content);

/// <summary>
/// Files that come in parts, until they are whole: <c>home/uploads/UPLOAD/NUMBER-DIGEST</c>. A part is durable before its digest is handed out.
/// </summary>
/// <remarks>Which uploads there are is for whoever keeps their rows: a row is written before the first part, and a folder without one is rubbish.</remarks>
public sealed class UploadParts
{
    private const string Unfinished = ".unfinished";

    private readonly string _home, _root;
    private readonly TimeProvider _clock;
    private readonly Lock _replacing = new();

    internal UploadParts(string home, TimeProvider clock) => (_home, _root, _clock) = (Path.GetFullPath(home), Path.Combine(Path.GetFullPath(home), "uploads"), clock);

    /// <summary>Of two parts with one number the one that was whole last counts.</summary>
    /// <returns>Null: the upload was removed meanwhile.</returns>
    public async Task<Blob?> Write(string upload, int number, Stream content, CancellationToken cancellation)
    {
        var folder = FolderOf(upload);
        var unfinished = Path.Combine(folder, Path.GetRandomFileName() + Unfinished);
        try
        {
            Directory.CreateDirectory(folder);
            var written = await BlobPart.Write(unfinished, content, cancellation);
            Replace(unfinished, folder, number, written.Digest);
            foreach (var renamedIn in (string[])[folder, _root, _home]) DirectorySync.Flush(renamedIn);
            return written;
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            return null;
        }
        catch (Exception e)
        {
            if (Directory.Exists(folder)) File.Delete(unfinished);
            if (FileFaults.IsFault(e)) throw FileFaults.Explain(e, folder);
            throw;
        }
    }

    /// <summary>What is there of an upload, by number.</summary>
    public IReadOnlyList<UploadPart> Of(string upload)
    {
        var folder = new DirectoryInfo(FolderOf(upload));
        return folder.Exists ? [.. folder.EnumerateFiles().Select(Read).OfType<UploadPart>().OrderBy(part => part.Number)] : [];
    }

    /// <summary>The parts one after the other, in the order they are given. Whoever reads an upload uses it: see <see cref="All"/>.</summary>
    /// <exception cref="DirectoryNotFoundException">The upload was removed.</exception>
    public Stream Join(string upload, IReadOnlyList<UploadPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var folder = FolderOf(upload);
        Directory.SetLastWriteTimeUtc(folder, _clock.GetUtcNow().UtcDateTime);
        return new JoinedFiles([.. parts.Select(part => NameOf(folder, part.Number, part.Content.Digest))]);
    }

    public void Remove(string upload)
    {
        try
        {
            Directory.Delete(FolderOf(upload), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // No part came, or somebody else was quicker.
        }
    }

    /// <summary>The uploads of which anything is here, and when they were last used.</summary>
    public IReadOnlyList<(string Upload, DateTimeOffset LastUsed)> All()
    {
        var root = new DirectoryInfo(_root);
        return root.Exists ? [.. root.EnumerateDirectories().Select(folder => (folder.Name, new DateTimeOffset(LastWrite(folder), TimeSpan.Zero)))] : [];
    }

    private static DateTime LastWrite(DirectoryInfo folder)
    {
        try
        {
            return folder.EnumerateFiles().Select(file => file.LastWriteTimeUtc).Append(folder.LastWriteTimeUtc).Max();
        }
        catch (DirectoryNotFoundException)
        {
            return folder.LastWriteTimeUtc; // gone meanwhile
        }
    }

    // Under a lock: two that come at once must not each take the other away.
    private void Replace(string unfinished, string folder, int number, Digest digest)
    {
        lock (_replacing)
        {
            var name = NameOf(folder, number, digest);
            File.Move(unfinished, name, overwrite: true);
            foreach (var other in Directory.EnumerateFiles(folder, NumberOf(number) + "-*"))
                if (other != name) File.Delete(other);
        }
    }

    private string FolderOf(string upload)
    {
        ArgumentException.ThrowIfNullOrEmpty(upload);
        return upload.All(char.IsAsciiLetterOrDigit) ? Path.Combine(_root, upload) : throw new ArgumentException($"'{upload}' is no id of an upload.", nameof(upload));
    }

    private static string NumberOf(int number) => number.ToString("D5", CultureInfo.InvariantCulture);

    private static string NameOf(string folder, int number, Digest digest) => Path.Combine(folder, $"{NumberOf(number)}-{digest.Hex}");

    private static UploadPart? Read(FileInfo file) =>
        file.Name.Split('-') is [var number, var digest] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
            ? new(parsed, new(Digest.Parse(digest), file.Length))
            : null;
}
