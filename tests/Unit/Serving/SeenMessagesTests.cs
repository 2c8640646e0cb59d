using System.Text;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Streams;
using Cairn.Storage;
using Cairn.Storage.Postgres;
using Cairn.Storage.Sqlite;
using Cairn.Unit.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Serving;

/// <summary>On either database: what a stream remembers of messages, and its settings.</summary>
public class SeenMessagesTests
{
    private static readonly WorkspaceId Main = new("main");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_keeps_the_moment_it_was_first_seen(bool postgres)
    {
        await using var stored = await Stored.Open(postgres);
        var seen = new SeenMessages(stored.Log, stored.Clock);
        var first = (await seen.Take(Main, "cups", [Message("a"), Message("b")], Cancelled)).ToDictionary();
        stored.Clock.Ms += 300_000;

        var again = await seen.Take(Main, "cups", [Message("b", redelivered: true), Message("a"), Message("c")], Cancelled);
        var elsewhere = await seen.Take(Main, "other", [Message("a")], Cancelled);
        var ofOthers = await seen.Take(new("other"), "cups", [Message("a")], Cancelled);

        first.Values.ShouldAllBe(sighting => !sighting.Before);
        foreach (var id in new[] { "a", "b" }) again[Message(id).Key].ShouldBe(new(first[Message(id).Key].Milliseconds, Before: true));
        foreach (var fresh in new[] { again[Message("c").Key], elsewhere.Values.Single(), ofOthers.Values.Single() })
            fresh.ShouldBe(new(first[Message("a").Key].Milliseconds + 300_000, Before: false));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_an_id_only_what_is_delivered_again_is_the_same(bool postgres)
    {
        await using var stored = await Stored.Open(postgres);
        var seen = new SeenMessages(stored.Log, stored.Clock);

        var first = (await seen.Take(Main, "cups", [Message(null)], Cancelled)).Values.Single();
        var equal = (await seen.Take(Main, "cups", [Message(null)], Cancelled)).Values.Single();
        var redelivered = (await seen.Take(Main, "cups", [Message(null, redelivered: true)], Cancelled)).Values.Single();

        equal.ShouldBe(new(first.Milliseconds + 1, Before: false), "another message, so another moment");
        redelivered.ShouldBe(new(equal.Milliseconds, Before: true));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_are_forgotten_after_a_week(bool postgres)
    {
        await using var stored = await Stored.Open(postgres);
        var seen = new SeenMessages(stored.Log, stored.Clock);
        await seen.Take(Main, "cups", [.. Enumerable.Range(0, 1200).Select(i => Message($"{i}"))], Cancelled);
        stored.Clock.Ms += (long)SeenMessages.Memory.TotalMilliseconds + 1000;

        for (var i = 0; i < 3; i++) await seen.Take(Main, "cups", [Message($"late {i}")], Cancelled);

        (await stored.Log.Read(transaction => transaction.Scalar<long>("SELECT count(*) FROM stream_messages"), Cancelled)).ShouldBe(3);
        (await seen.Take(Main, "cups", [Message("7")], Cancelled)).Values.Single().Before.ShouldBeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Streams_are_stored_with_who_changed_them(bool postgres)
    {
        await using var stored = await Stored.Open(postgres);
        var caller = Caller.LocalAdmin;
        var settings = new StreamSettings { Deployment = "coffee", Queue = "in", Reply = new("", "out") };

        var made = await stored.Metadata.Write(transaction => StreamTable.Put(transaction, caller, "cups", settings, 5), Cancelled);
        await stored.Metadata.Write(transaction => StreamTable.Put(transaction, caller, "cups", settings, 6), Cancelled);
        var changed = await stored.Metadata.Write(transaction => StreamTable.Put(transaction, caller, "cups", settings with { Prefetch = 7 }, 8), Cancelled);

        (made.ReadSettings(), changed.ReadSettings().Prefetch, changed.CreatedAt).ShouldBe((settings, 7, 5));
        (await stored.Metadata.Read(StreamTable.All, Cancelled)).ShouldBe([changed]);
        (await stored.Metadata.Write(transaction => StreamTable.Delete(transaction, caller, "cups"), Cancelled)).ShouldBeTrue();
        (await stored.Metadata.Write(transaction => StreamTable.Delete(transaction, caller, "cups"), Cancelled)).ShouldBeFalse();
        (await stored.Metadata.Read(transaction => transaction.Query<string>("SELECT action FROM audit_entries WHERE subject = 'streams/cups' ORDER BY id"), Cancelled))
            .ShouldBe(["stream.make", "stream.change", "stream.delete"]);
    }

    [Fact]
    public void Ids_of_predictions_are_those_of_the_message_the_row_and_the_moment()
    {
        var id = Message("a").PredictionId(Main, "cups", 1_790_000_000_123, 0);

        Message("a", redelivered: true, tag: 9).PredictionId(Main, "cups", 1_790_000_000_123, 0).ShouldBe(id);
        Uuid7.TimeOf(id).ShouldBe(1_790_000_000_123);
        Guid[] others =
        [
            Message("a").PredictionId(Main, "cups", 1_790_000_000_124, 0), Message("a").PredictionId(Main, "cups", 1_790_000_000_123, 1), Message("b").PredictionId(Main, "cups", 1_790_000_000_123, 0),
            Message("a").PredictionId(Main, "other", 1_790_000_000_123, 0), Message("a").PredictionId(new("other"), "cups", 1_790_000_000_123, 0), id,
        ];
        others.Distinct().Count().ShouldBe(6);
        (id.Version, id.Variant >> 2).ShouldBe((7, 2));
    }

    private static StreamMessage Message(string? id, bool redelivered = false, ulong tag = 1) => new(tag, id, null, null, "about", redelivered, Encoding.UTF8.GetBytes("{}"));

    private sealed class Stored : IAsyncDisposable
    {
        private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;
        private TestPostgres? _postgres;

        public TestLog.SetClock Clock { get; } = new();

        public Database Metadata { get; private set; } = null!;

        public LogDatabase Log { get; private set; } = null!;

        public static async Task<Stored> Open(bool postgres)
        {
            var stored = new Stored();
            stored._postgres = postgres ? await TestPostgres.Create() : null;
            stored.Metadata = stored._postgres is { } server
                ? PostgresDatabase.Open(server.ConnectionString, TimeProvider.System, NullLogger.Instance)
                : SqliteDatabase.Open(stored._home, TimeProvider.System, NullLogger.Instance);
            stored.Log = new(() => postgres ? stored.Metadata : SqliteDatabase.OpenLog(stored._home, TimeProvider.System, NullLogger.Instance), owned: !postgres, stored.Clock);
            return stored;
        }

        public async ValueTask DisposeAsync()
        {
            await Log.DisposeAsync();
            await Metadata.DisposeAsync();
            if (_postgres is not null) await _postgres.DisposeAsync();
            Directory.Delete(_home, recursive: true);
        }
    }
}
