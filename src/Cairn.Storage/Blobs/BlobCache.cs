using Cairn.Kernel;

namespace Cairn.Storage.Blobs;

/// <summary>Copies of blobs that are elsewhere: <c>home/cache/blobs/ab/abcdef…</c>. Beyond the bound those go that were not asked for the longest.</summary>
internal sealed class BlobCache
{
    /// <summary>Whoever was given a path opens it within this.</summary>
    private static readonly TimeSpan InUse = TimeSpan.FromMinutes(10);

    private readonly string _root;
    private readonly long _bound;
    private readonly TimeProvider _clock;
    private readonly Lock _evicting = new();
    private long _bytes;

    public BlobCache(string home, long bound, TimeProvider clock)
    {
        (_root, _bound, _clock) = (Path.Combine(Path.GetFullPath(home), "cache", "blobs"), bound, clock);
        Unfinished = Path.Combine(_root, "unfinished");
        Directory.CreateDirectory(Unfinished);
        _bytes = Kept().Sum(file => file.Length);
    }

    /// <value>Where files are written before they have a name.</value>
    public string Unfinished { get; }

    /// <returns>Null: not here.</returns>
    public string? Find(Digest digest)
    {
        var path = PathOf(digest);
        try
        {
            File.SetLastAccessTimeUtc(path, Now);
            return path;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Takes a finished file over.</summary>
    public string Take(Digest digest, string file)
    {
        var path = PathOf(digest);
        var length = new FileInfo(file).Length;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        DurableFile.Put(file, path); // a file with a name is whole, also after the power failed
        File.SetLastAccessTimeUtc(path, Now);
        if (Interlocked.Add(ref _bytes, length) > _bound) Evict();
        return path;
    }

    public void Forget(Digest digest)
    {
        var file = new FileInfo(PathOf(digest));
        if (!file.Exists) return;
        Interlocked.Add(ref _bytes, -file.Length);
        file.Delete();
    }

    private DateTime Now => _clock.GetUtcNow().UtcDateTime;

    private string PathOf(Digest digest) => Path.Combine(_root, digest.Hex[..2], digest.Hex);

    private IEnumerable<FileInfo> Kept() => new DirectoryInfo(_root).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.DirectoryName != Unfinished);

    /// <summary>Down to nine tenths, so that not every file makes it look at all.</summary>
    private void Evict()
    {
        lock (_evicting)
        {
            List<FileInfo> files = [.. Kept().OrderBy(file => file.LastAccessTimeUtc)];
            var bytes = files.Sum(file => file.Length);
            var old = Now - InUse;
            foreach (var file in files.TakeWhile(file => file.LastAccessTimeUtc < old))
            {
                if (bytes <= _bound / 10 * 9) break;
                bytes -= file.Length;
                file.Delete();
            }

            Interlocked.Exchange(ref _bytes, bytes);
        }
    }
}
