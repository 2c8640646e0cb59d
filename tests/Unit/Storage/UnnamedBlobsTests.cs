using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Unit.Tests.Storage;

public sealed class UnnamedBlobsTests : IAsyncDisposable
{
    private static readonly WorkspaceId Here = new("here"), There = new("there");

    private readonly TestHome _home = new();
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private readonly UnnamedBlobs _unnamed;

    public UnnamedBlobsTests() => _unnamed = Of(new BlobNames("test", (digests, _) =>
    {
        lock (_named) return Task.FromResult<IReadOnlyCollection<string>>([.. digests.Where(_named.Contains)]);
    }));

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _unnamed.Dispose();
        await _home.DisposeAsync();
    }

    [Fact]
    public async Task A_blob_goes_when_nothing_names_it_and_a_day_has_passed_since_it_was_written()
    {
        var (old, named, fresh) = (await Old("old"), await Old("named"), await Write("fresh"));
        _named.Add(named.Digest.Hex);
        await LetGo(Here, old, named, fresh);

        (await _unnamed.Remove(null, Cancelled)).ShouldBe(new(1, old.Length, 1));

        (await Is(old)).ShouldBeFalse();
        (await Is(named)).ShouldBeTrue();
        (await Is(fresh)).ShouldBeTrue();
        (await _unnamed.Remove(null, Cancelled)).ShouldBe(default);
        (await Left()).ShouldBe([fresh.Digest.Hex], "one that is named is looked at again when that row lets go of it");
    }

    [Fact]
    public async Task One_that_was_kept_for_a_name_goes_when_that_name_is_gone_too()
    {
        var blob = await Old("shared");
        _named.Add(blob.Digest.Hex);
        await LetGo(Here, blob);
        await _unnamed.Remove(null, Cancelled);

        _named.Clear();
        await LetGo(There, blob);
        (await _unnamed.Remove(null, Cancelled)).Files.ShouldBe(1);

        (await Is(blob)).ShouldBeFalse();
    }

    [Fact]
    public async Task Two_workspaces_that_let_go_of_one_blob_free_it_once()
    {
        var blob = await Old("shared");
        await LetGo(Here, blob);
        await LetGo(There, blob);

        (await _unnamed.Remove(null, Cancelled)).ShouldBe(new(1, blob.Length, 0));

        (await Left()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_goes_while_a_backup_holds_the_blobs()
    {
        var blob = await Old("held");
        await LetGo(Here, blob);

        using (_home.Blobs.Hold()) (await _unnamed.Remove(null, Cancelled)).ShouldBe(default);
        (await Is(blob)).ShouldBeTrue();

        (await _unnamed.Remove(null, Cancelled)).Files.ShouldBe(1);
    }

    [Fact]
    public async Task A_name_that_cannot_be_asked_for_keeps_everything()
    {
        var blob = await Old("asked");
        await LetGo(Here, blob);
        using var broken = Of(new BlobNames("log", (_, _) => throw new StorageException(StorageFault.Unavailable, "The log is out of reach.", new IOException())));

        await Should.ThrowAsync<StorageException>(() => broken.Remove(null, Cancelled));

        (await Is(blob)).ShouldBeTrue();
        (await Left()).ShouldBe([blob.Digest.Hex]);
    }

    /// <summary>The same bytes come again while they are removed: whoever has written them finds them, whatever came first.</summary>
    [Fact]
    public async Task Bytes_that_are_written_again_while_they_are_removed_are_there_in_the_end()
    {
        for (var round = 0; round < 500; round++)
        {
            var text = $"round {round}";
            var blob = await Old(text);
            await LetGo(Here, blob);
            using var start = new Barrier(2);
            var removing = Task.Run(
                async () =>
                {
                    start.SignalAndWait(Cancelled);
                    await _unnamed.Remove(null, Cancelled);
                },
                Cancelled);
            var naming = Task.Run(
                async () =>
                {
                    start.SignalAndWait(Cancelled);
                    for (var spin = 0; spin < round % 7 * 50; spin++) Thread.SpinWait(20);
                    var again = await Write(text);
                    if (round % 2 == 0) await Task.Yield();
                    lock (_named) _named.Add(again.Digest.Hex);
                },
                Cancelled);
            await Task.WhenAll(removing, naming);

            (await Is(blob)).ShouldBeTrue($"round {round}");
            await _unnamed.Remove(null, Cancelled);
            (await Is(blob)).ShouldBeTrue($"round {round}, at leisure");
        }
    }

    [Fact]
    public async Task Digests_are_found_wherever_a_text_says_them()
    {
        var (one, two, other) = (Digest.Of("one"u8).Hex, Digest.Of("two"u8).Hex, Digest.Of("other"u8).Hex);
        await _home.Database.Write(t => t.Execute("CREATE TABLE said (words TEXT)"), Cancelled);
        await _home.Database.Write(t => t.Execute("INSERT INTO said VALUES (@a), (@b), (NULL), ('short')", new { a = $$"""{"saved":"{{one}}","x":[1,2]}""", b = $"abc{two}def" }), Cancelled);

        var found = await _home.Database.Read(t => BlobNames.InTexts(t, "said", "words", new HashSet<string>(StringComparer.Ordinal) { one, two, other }), Cancelled);

        found.Order(StringComparer.Ordinal).ShouldBe(new[] { one, two }.Order(StringComparer.Ordinal));
    }

    private UnnamedBlobs Of(BlobNames names) => new(_home.Database, _home.Blobs, [names], TimeProvider.System);

    private Task<Blob> Write(string text) => _home.Blobs.Write(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), Cancelled);

    private async Task<Blob> Old(string text)
    {
        var blob = await Write(text);
        File.SetLastWriteTimeUtc(await _home.Blobs.LocalPath(blob.Digest, Cancelled), DateTime.UtcNow.AddDays(-2));
        return blob;
    }

    private Task<bool> LetGo(WorkspaceId workspace, params Blob[] blobs) => _home.Database.Write(
        t =>
        {
            UnnamedBlobs.LetGo(t, workspace, blobs.Select(blob => blob.Digest.Hex), TimeProvider.System.Micros());
            return true;
        },
        Cancelled);

    private Task<bool> Is(Blob blob) => _home.Blobs.Verify(blob.Digest, Cancelled);

    private Task<IReadOnlyList<string>> Left() => _home.Database.Read(t => t.Query<string>("SELECT digest FROM unnamed_blobs"), Cancelled);
}
