using System.Collections.Concurrent;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Unit.Tests.Storage;

public sealed class EventsOnSqlite : EventTests
{
    protected override bool Postgres => false;
}

public sealed class EventsOnPostgres : EventTests
{
    protected override bool Postgres => true;
}

/// <summary>Events are seen once each, in their order.</summary>
public abstract class EventTests : OnDatabase
{
    [Fact]
    public async Task Events_are_followed_from_any_point_on_and_as_they_come()
    {
        var cause = await Database.Write(t => t.Emit(new(WorkspaceId.Default, "run.finished", "runs/1", """{"a":1}""")));
        using var stop = new CancellationTokenSource();
        var seen = new ConcurrentQueue<Event>();
        var following = Follow(cause - 1, seen, stop.Token);

        await Database.Write(t => t.Emit(new(new("other"), "model.made", "models/m", CauseId: cause)));
        await Until(() => seen.Count == 2);
        await stop.CancelAsync();
        await following;

        var (first, second) = (seen.First(), seen.Last());
        (first.Type, first.Subject, first.Payload, first.CauseId, first.WorkspaceId).ShouldBe(("run.finished", "runs/1", """{"a":1}""", null, "default"));
        (second.Type, second.CauseId, second.WorkspaceId, second.Payload).ShouldBe(("model.made", cause, "other", "{}"));
        Time.FromMicros(first.Time).ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        (await Events().Latest(Cancelled)).ShouldBe(second.Id);
    }

    [Fact]
    public async Task Followers_see_all_events_of_concurrent_writers_once_and_in_order()
    {
        using var stop = new CancellationTokenSource();
        var seen = new ConcurrentQueue<Event>();
        var following = Follow(0, seen, stop.Token);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                await Database.Attempt<long>(t =>
                {
                    var id = t.Emit(new(WorkspaceId.Default, "a.b", $"writers/{writer}", $$"""{"i":{{i}}}"""));
                    if (i % 4 == 3) return new Refusal.Conflict("a.b", "Taken back.");
                    return id;
                });
            }
        })));
        await Until(() => seen.Count >= 600);
        await stop.CancelAsync();
        await following;

        seen.Count.ShouldBe(600);
        seen.Select(e => e.Id).ShouldBeInOrder();
        seen.Select(e => e.Id).Distinct().Count().ShouldBe(600);
        foreach (var writer in seen.GroupBy(e => e.Subject, StringComparer.Ordinal))
        {
            writer.Select(e => int.Parse(e.Payload[5..^1])).ShouldBe(Enumerable.Range(0, 100).Where(i => i % 4 != 3));
        }
    }

    private Cairn.Storage.Events.TailingEventLog Events() => new(Database);

    private async Task Follow(long after, ConcurrentQueue<Event> seen, CancellationToken cancellation)
    {
        try
        {
            await foreach (var happened in Events().Follow(after, cancellation)) seen.Enqueue(happened);
        }
        catch (OperationCanceledException)
        {
            // The test has seen what it waited for.
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++) await Task.Delay(20);
        condition().ShouldBeTrue();
    }
}
