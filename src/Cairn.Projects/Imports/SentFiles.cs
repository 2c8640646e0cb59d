using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Projects.Imports;

/// <summary>Files that were sent to be worked on in the background. They lie in the home until that is done, at the longest a week.</summary>
internal sealed class SentFiles(StorageOptions storage, TimeProvider clock)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    private string Folder => Path.Combine(storage.Home, "sent");

    /// <returns>The name it is kept under.</returns>
    public async Task<string> Keep(Stream content, CancellationToken cancellation)
    {
        RemoveOld();
        var name = Uuid7.New(clock);
        var part = $"{name}.part"; // what breaks off has no name of its own, and half a file is never taken for a whole one
        try
        {
            await using (var file = File.Create(PathOf(part))) await content.CopyToAsync(file, cancellation);
            DurableFile.Put(PathOf(part), PathOf(name));
            return name;
        }
        finally
        {
            Remove(part);
        }
    }

    /// <summary>Null: it is no longer kept.</summary>
    public string? Find(string name) => File.Exists(PathOf(name)) ? PathOf(name) : null;

    public void Remove(string name) => File.Delete(PathOf(name));

    private string PathOf(string name) => Path.Combine(Folder, name);

    private void RemoveOld()
    {
        var before = clock.GetUtcNow().UtcDateTime - Longest;
        foreach (var file in Directory.CreateDirectory(Folder).EnumerateFiles().Where(file => file.LastWriteTimeUtc < before)) file.Delete();
    }
}
