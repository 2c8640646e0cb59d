using System.Text;
using Cairn.Kernel;
using Cairn.Storage.Blobs;

namespace Cairn.Storage;

/// <summary>
/// Where the blobs of a home are when that is not the home. The home remembers it, and the place remembers the home: with another place a home
/// would find nothing, and two homes on one place would remove each other's blobs.
/// </summary>
public static class BlobPlace
{
    private const string Record = "blobs-at", Owner = "owner";

    /// <summary>Where the blobs of a home are that was started with a place once; null: in the home.</summary>
    public static ObjectAddress? Of(string home) => Read(home) is { } recorded ? ObjectAddress.Read(recorded.Place) : null;

    /// <summary>Before the first blob is read or written.</summary>
    /// <returns>Why the home cannot have its blobs where the options say: <c>blobs.not-copied</c>, <c>blobs.taken</c>, or what the store answered.</returns>
    public static async Task<Refusal?> Claim(StorageOptions options, IBlobStore blobs, ObjectStore objects, TimeProvider clock, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Blobs is not { } place) return null;
        var recorded = Read(options.Home);
        var id = recorded?.Id ?? Uuid7.New(clock);
        var owner = await OwnerOf(objects, place, cancellation);
        if (owner.Refusal is { } unreachable) return unreachable;
        if (owner.Value is { } other && other != id)
            return new Refusal.Conflict("blobs.taken", $"{place} holds the blobs of another home: two homes would remove each other's. Choose another place, for example {place.Under("2")}.");
        if (owner.Value is null && Moved(recorded?.Place, place, options.Home) is { } from && !await blobs.Verify(Digest.Of([]), cancellation))
            return new Refusal.Conflict("blobs.not-copied", $"The blobs of this home are in {from}, and {place} has none of them. Copy them first, for example: aws s3 sync {from} {place} --exclude 'unfinished/*'. Then start the server again.");

        DurableFile.Put(Path.Combine(options.Home, Record), Encoding.UTF8.GetBytes($"{place}\n{id}\n"));
        if (owner.Value is null && await Own(objects, place, id, options.Home, cancellation) is { } refusal) return refusal;
        await ((S3BlobStore)blobs).Recover(cancellation);
        return null;
    }

    private static (string Place, string Id)? Read(string home)
    {
        var path = Path.Combine(home, Record);
        return File.Exists(path) && File.ReadAllLines(path) is [var place, var id, ..] ? (place, id) : null;
    }

    /// <returns>Where the blobs have been until now; null: nowhere else.</returns>
    private static string? Moved(string? recorded, ObjectAddress place, string home)
    {
        if (recorded is not null) return recorded == place.ToString() ? null : recorded;
        var folder = Path.Combine(home, "blobs");
        return Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Any(shard => Path.GetFileName(shard).Length == 2) ? folder : null;
    }

    /// <returns>Null: nobody's.</returns>
    private static async Task<Answer<string?>> OwnerOf(ObjectStore objects, ObjectAddress place, CancellationToken cancellation)
    {
        var found = await objects.Find(place.Under(Owner), cancellation);
        if (found.Refusal is { } refusal) return refusal;
        if (found.Value is null) return default(string);
        var content = await objects.Open(place.Under(Owner), cancellation);
        if (content.Refusal is { } unreadable) return unreadable;
        using var reader = new StreamReader(content.Value);
        return (await reader.ReadToEndAsync(cancellation)).Trim();
    }

    private static async Task<Refusal?> Own(ObjectStore objects, ObjectAddress place, string id, string home, CancellationToken cancellation)
    {
        var file = Path.Combine(home, $"{Record}.owner");
        await File.WriteAllTextAsync(file, id, cancellation);
        var put = await objects.Upload(file, place.Under(Owner), _ => { }, cancellation);
        File.Delete(file);
        return put.Refusal;
    }
}
