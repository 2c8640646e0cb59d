using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Storage.Blobs;

namespace Cairn.Unit.Tests.Storage;

public sealed class S3BlobStoreTests : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;
    private readonly List<ObjectStore> _objects = [];
    private S3Server _s3 = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _s3 = await S3Server.Start();

    public ValueTask DisposeAsync()
    {
        foreach (var objects in _objects) objects.Dispose();
        _s3?.Dispose();
        Directory.Delete(_home, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(1_000_003)]
    [InlineData((33 << 20) + 7)]
    public async Task What_is_written_is_named_by_its_digest_and_can_be_read_without_the_cache(int length)
    {
        var content = Bytes(length);

        var blob = await Write(Open(), content);

        blob.ShouldBe(new(Digest.Of(content), length));
        (await _s3.Keys()).ShouldBe([$"home/{blob.Digest.Hex[..2]}/{blob.Digest.Hex}"]);
        var elsewhere = Open(cache: "second");
        await using var stream = (await elsewhere.Open(blob.Digest, Cancelled))!;
        (stream.CanSeek, stream.Length).ShouldBe((true, length));
        (await Digest.Of(stream, Cancelled)).ShouldBe(blob.Digest);
        (await File.ReadAllBytesAsync(await Open(cache: "third").LocalPath(blob.Digest, Cancelled), Cancelled)).AsSpan().SequenceEqual(content).ShouldBeTrue();
        (await elsewhere.Verify(blob.Digest, Cancelled)).ShouldBeTrue();
        Unfinished().ShouldBeEmpty();
        (await _s3.UnfinishedUploads()).ShouldBe(0);
    }

    [Fact]
    public async Task A_large_blob_is_read_from_any_place_on_and_a_line_that_breaks_is_taken_up_again()
    {
        var content = Bytes(20 << 20);
        var blob = await Write(Open(), content);
        var (options, line) = _s3.BehindBrokenLine(breaks: 3, bytes: 1 << 20);
        using var _ = line;
        var store = Open(cache: "second", options: options);

        await using var stream = (await store.Open(blob.Digest, Cancelled))!;
        var head = new byte[3 << 20];
        await stream.ReadExactlyAsync(head, Cancelled);
        stream.Seek(-100, SeekOrigin.End);
        var tail = new byte[100];
        await stream.ReadExactlyAsync(tail, Cancelled);

        head.AsSpan().SequenceEqual(content.AsSpan(0, head.Length)).ShouldBeTrue();
        tail.ShouldBe(content[^100..]);
        (await stream.ReadAsync(tail, Cancelled)).ShouldBe(0);
        Directory.EnumerateFiles(Path.Combine(_home, "second"), "*", SearchOption.AllDirectories).ShouldBeEmpty("a large one is not kept for being read");
    }

    [Fact]
    public async Task Many_who_write_and_fetch_the_same_content_at_once_do_no_harm()
    {
        var content = Bytes(3 << 20);
        var (store, other) = (Open(), Open(cache: "second"));

        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Write(store, content))));
        var fetched = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => other.LocalPath(written[0].Digest, Cancelled))));

        written.Distinct().ShouldHaveSingleItem();
        fetched.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
        (await store.Verify(written[0].Digest, Cancelled)).ShouldBeTrue();
        Unfinished().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_altered_or_missing_object_is_found_though_a_good_copy_is_kept()
    {
        var (store, content) = (Open(), Bytes(1000));
        var blob = await Write(store, content);
        await _s3.Client.PutObjectAsync(new() { BucketName = _s3.Bucket, Key = $"home/{blob.Digest.Hex[..2]}/{blob.Digest.Hex}", ContentBody = "something else" }, Cancelled);

        (await store.Verify(blob.Digest, Cancelled)).ShouldBeFalse();
        await Write(store, content);
        (await store.Verify(blob.Digest, Cancelled)).ShouldBeTrue();

        var never = Digest.Of("never there"u8);
        (await store.Open(never, Cancelled)).ShouldBeNull();
        (await store.Verify(never, Cancelled)).ShouldBeFalse();
        (await Should.ThrowAsync<FileNotFoundException>(() => store.LocalPath(never, Cancelled))).Message.ShouldContain(never.Hex);
    }

    [Fact]
    public async Task A_blob_is_removed_with_its_copy_unless_somebody_holds_the_blobs()
    {
        var store = Open();
        var blob = await Write(store, Bytes(10));
        var hold = store.Hold();

        (await store.Remove(blob.Digest, Cancelled)).ShouldBeFalse();
        (await store.Verify(blob.Digest, Cancelled)).ShouldBeTrue();
        hold.Dispose();
        hold.Dispose(); // counts once

        (await store.Remove(blob.Digest, Cancelled)).ShouldBeTrue();
        (await store.Open(blob.Digest, Cancelled)).ShouldBeNull();
        (await store.Remove(blob.Digest, Cancelled)).ShouldBeTrue("it is gone, as was asked");
        (await Write(store, Bytes(10))).ShouldBe(blob);
        (await store.Verify(blob.Digest, Cancelled)).ShouldBeTrue();
    }

    [Fact]
    public async Task One_that_was_written_lately_is_not_among_the_old_that_are_removed()
    {
        var store = Open();
        var blob = await Write(store, Bytes(10));

        var recent = await store.RemoveOlder(blob.Digest, DateTimeOffset.UtcNow.AddDays(-1), Cancelled);
        (recent.Result, recent.WrittenAt!.Value).ShouldSatisfyAllConditions(
            one => one.Result.ShouldBe(BlobRemoval.Outcome.Recent), one => one.Value.ShouldBeInRange(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5)));
        using (store.Hold()) (await store.RemoveOlder(blob.Digest, DateTimeOffset.UtcNow.AddDays(1), Cancelled)).Result.ShouldBe(BlobRemoval.Outcome.Held);
        (await store.Verify(blob.Digest, Cancelled)).ShouldBeTrue();

        var old = await store.RemoveOlder(blob.Digest, DateTimeOffset.UtcNow.AddDays(1), Cancelled);
        (old.Result, old.Bytes).ShouldBe((BlobRemoval.Outcome.Gone, 10));
        (await _s3.Keys()).ShouldBeEmpty();
        var gone = await store.RemoveOlder(blob.Digest, DateTimeOffset.UtcNow.AddDays(1), Cancelled);
        (gone.Result, gone.WrittenAt).ShouldBe((BlobRemoval.Outcome.Gone, null));
    }

    [Fact]
    public async Task What_a_dead_process_left_half_sent_is_taken_away_at_the_next_start()
    {
        var (content, digest) = (Bytes(40 << 20), Digest.Of(Bytes(40 << 20)));
        var cache = Path.Combine(_home, "cache", "blobs", "unfinished");
        Directory.CreateDirectory(cache);
        var left = Path.Combine(cache, $"{digest.Hex}.abc");
        await File.WriteAllBytesAsync(left, content, Cancelled);
        using (var stop = new CancellationTokenSource())
            await Should.ThrowAsync<OperationCanceledException>(() => Objects(_s3.Options).Upload(left, _s3.Place.Under(digest.Hex[..2]).Under(digest.Hex), _ => stop.Cancel(), stop.Token));
        (await _s3.UnfinishedUploads()).ShouldBe(1);

        await Open().Recover(Cancelled);

        (await _s3.UnfinishedUploads()).ShouldBe(0);
        Unfinished().ShouldBeEmpty();
        (await _s3.Keys()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_cache_keeps_within_its_bound_what_was_asked_for_last()
    {
        var store = Open(bound: 3_500_000);
        var digests = new List<Digest>();
        for (var number = 0; number < 3; number++) digests.Add((await Write(store, Bytes(1_000_000, number))).Digest);
        foreach (var file in Kept()) file.LastAccessTimeUtc = DateTime.UtcNow.AddHours(-1);
        await store.LocalPath(digests[0], Cancelled);

        digests.Add((await Write(store, Bytes(1_000_000, 3))).Digest);

        var kept = Kept().Select(file => file.Name).ToList();
        kept.Contains(digests[0].Hex, StringComparer.Ordinal).ShouldBeTrue("it was asked for just now");
        kept.Contains(digests[3].Hex, StringComparer.Ordinal).ShouldBeTrue();
        kept.Count.ShouldBe(3);
        foreach (var digest in digests) (await store.Verify(digest, Cancelled)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_store_out_of_reach_is_told_and_nothing_is_left_behind()
    {
        var store = Open(options: new() { Endpoint = new("http://127.0.0.1:1"), AccessKey = "k", SecretKey = "s" });

        (await Should.ThrowAsync<StorageException>(() => Write(store, Bytes(10)))).Fault.ShouldBe(StorageFault.Unavailable);
        (await Should.ThrowAsync<StorageException>(() => store.Open(Digest.Of([]), Cancelled))).Message.ShouldContain("cannot be reached");

        Unfinished().ShouldBeEmpty();
    }

    private S3BlobStore Open(string cache = "", ObjectStoreOptions? options = null, long bound = 1 << 30) =>
        S3BlobStore.Open(new() { Home = Path.Combine(_home, cache), Blobs = _s3.Place, BlobCache = bound }, Objects(options ?? _s3.Options), TimeProvider.System);

    private ObjectStore Objects(ObjectStoreOptions options)
    {
        _objects.Add(new(options));
        return _objects[^1];
    }

    private static async Task<Cairn.Storage.Blob> Write(S3BlobStore store, byte[] content)
    {
        using var stream = new MemoryStream(content);
        return await store.Write(stream, Cancelled);
    }

    private string[] Unfinished() => Directory.GetFiles(Path.Combine(_home, "cache", "blobs", "unfinished"));

    private List<FileInfo> Kept() => [.. new DirectoryInfo(Path.Combine(_home, "cache", "blobs")).EnumerateFiles("*", SearchOption.AllDirectories)];

    private static byte[] Bytes(int length, int seed = 7)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
