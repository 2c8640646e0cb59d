using Cairn.Kernel;
using Cairn.Storage.Blobs;

namespace Cairn.Unit.Tests.Storage;

public sealed class FolderBlobStoreTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;
    private readonly FolderBlobStore _blobs;

    public FolderBlobStoreTests() => _blobs = FolderBlobStore.Open(_home);

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(1_000_003)]
    public async Task What_is_written_is_named_by_its_digest_and_can_be_read(int length)
    {
        var content = Bytes(length);

        var blob = await Write(content);

        blob.ShouldBe(new(Digest.Of(content), length));
        await using var stream = (await _blobs.Open(blob.Digest, default))!;
        stream.CanSeek.ShouldBeTrue();
        stream.Length.ShouldBe(length);
        (await Digest.Of(stream, default)).ShouldBe(blob.Digest);
        (await File.ReadAllBytesAsync(await _blobs.LocalPath(blob.Digest, default))).ShouldBe(content);
        (await _blobs.Verify(blob.Digest, default)).ShouldBeTrue();
        Unfinished().ShouldBeEmpty();
    }

    [Fact]
    public async Task Many_who_write_the_same_content_at_once_do_no_harm()
    {
        var content = Bytes(300_000);

        var written = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Write(content))));

        written.Distinct().ShouldHaveSingleItem();
        (await _blobs.Verify(written[0].Digest, default)).ShouldBeTrue();
        Unfinished().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_source_that_breaks_leaves_nothing_behind()
    {
        await Should.ThrowAsync<InvalidDataException>(() => _blobs.Write(new Breaking(), default));

        Directory.GetFiles(_home, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_cancelled_write_leaves_nothing_behind()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => _blobs.Write(new MemoryStream(Bytes(10)), cancellation.Token));

        Directory.GetFiles(_home, "*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public void Leftovers_of_a_dead_process_are_removed_at_the_start()
    {
        File.WriteAllText(Path.Combine(_home, "blobs", "unfinished", "abc.def"), "half");

        FolderBlobStore.Open(_home);

        Unfinished().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_altered_blob_is_found_and_made_good_by_writing_it_again()
    {
        var content = Bytes(1000);
        var blob = await Write(content);
        var path = await _blobs.LocalPath(blob.Digest, default);
        await File.WriteAllTextAsync(path, "something else");

        (await _blobs.Verify(blob.Digest, default)).ShouldBeFalse();
        await Write(content);
        (await _blobs.Verify(blob.Digest, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_blob_is_removed_unless_somebody_holds_the_blobs()
    {
        var blob = await Write(Bytes(10));
        var (first, second) = (_blobs.Hold(), _blobs.Hold());

        (await _blobs.Remove(blob.Digest, default)).ShouldBeFalse();
        first.Dispose();
        first.Dispose(); // counts once
        (await _blobs.Remove(blob.Digest, default)).ShouldBeFalse();
        (await _blobs.Verify(blob.Digest, default)).ShouldBeTrue();
        second.Dispose();

        (await _blobs.Remove(blob.Digest, default)).ShouldBeTrue();
        (await _blobs.Open(blob.Digest, default)).ShouldBeNull();
        (await _blobs.Remove(blob.Digest, default)).ShouldBeTrue();
        (await _blobs.Remove(Digest.Of("never there"u8), default)).ShouldBeTrue();
        (await Write(Bytes(10))).ShouldBe(blob);
        (await _blobs.Verify(blob.Digest, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_blob_that_is_not_there_is_null_false_or_a_missing_file()
    {
        var digest = Digest.Of("nothing"u8);

        (await _blobs.Open(digest, default)).ShouldBeNull();
        (await _blobs.Verify(digest, default)).ShouldBeFalse();
        (await Should.ThrowAsync<FileNotFoundException>(() => _blobs.LocalPath(digest, default))).Message.ShouldContain(digest.Hex);
    }

    private async Task<Cairn.Storage.Blob> Write(byte[] content)
    {
        using var stream = new MemoryStream(content);
        return await _blobs.Write(stream, default);
    }

    private string[] Unfinished() => Directory.GetFiles(Path.Combine(_home, "blobs", "unfinished"));

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    private sealed class Breaking : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reads++ < 2 ? ValueTask.FromResult(buffer.Length) : throw new InvalidDataException();
    }
}
