using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Unit.Tests.Storage;

public sealed class TransactionsOnSqlite : TransactionTests
{
    protected override bool Postgres => false;
}

public sealed class TransactionsOnPostgres : TransactionTests
{
    protected override bool Postgres => true;
}

/// <summary>What belongs together is there as a whole or not at all, whatever fails and whoever writes beside it.</summary>
public abstract class TransactionTests : OnDatabase
{
    [Fact]
    public async Task An_exception_rolls_everything_back()
    {
        await Should.ThrowAsync<TimeoutException>(() => Database.Write<int>(t =>
        {
            t.Execute("INSERT INTO notes (id) VALUES (1)");
            t.Emit(new(WorkspaceId.Default, "note.made", "notes/1"));
            throw new TimeoutException();
        }));

        (await Count()).ShouldBe(0);
        (await Events().Latest(Cancelled)).ShouldBe(0);
    }

    [Fact]
    public async Task A_refusal_rolls_everything_back_and_is_handed_on()
    {
        var refusal = new Refusal.Conflict("notes.full", "No more notes.");

        var answer = await Database.Attempt<long>(t =>
        {
            t.Execute("INSERT INTO notes (id) VALUES (1)");
            return refusal;
        });

        answer.Refusal.ShouldBe(refusal);
        (await Count()).ShouldBe(0);
    }

    [Fact]
    public async Task A_failing_write_takes_no_other_with_it()
    {
        var writes = Enumerable.Range(1, 200).Select(i => Database.Attempt<long>(t =>
        {
            t.Execute("INSERT INTO notes (id) VALUES (@i)", new { i });
            if (i % 3 == 0) throw new TimeoutException();
            return i % 3 == 1 ? new Refusal.Invalid("notes.odd", "No.") : i;
        })).ToList();

        foreach (var write in writes) await write.ContinueWith(_ => { }, TaskScheduler.Default);

        writes.Count(w => w.IsFaulted).ShouldBe(66);
        (await Database.Read(t => t.Query<long>("SELECT id FROM notes ORDER BY id"))).ShouldBe(Enumerable.Range(1, 200).Where(i => i % 3 == 2).Select(i => (long)i));
    }

    [Fact]
    public async Task A_violated_constraint_reaches_the_caller_as_it_is()
    {
        await Database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (1)"));

        var failure = await Should.ThrowAsync<System.Data.Common.DbException>(() => Database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (1)")));

        failure.ShouldNotBeOfType<StorageException>();
        (await Count()).ShouldBe(1);
    }

    [Fact]
    public async Task Concurrent_read_modify_writes_lose_nothing()
    {
        await Database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (1)"));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                await Database.Write(t =>
                {
                    var count = t.Scalar<long>("SELECT count FROM notes WHERE id = 1");
                    return t.Execute("UPDATE notes SET count = @next WHERE id = 1", new { next = count + 1 });
                });
            }
        })));

        (await Database.Read(t => t.Scalar<long>("SELECT count FROM notes WHERE id = 1"))).ShouldBe(80);
    }

    [Fact]
    public async Task A_read_sees_one_snapshot_while_others_write()
    {
        await Database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (1)"));
        using var firstRead = new SemaphoreSlim(0);
        using var written = new SemaphoreSlim(0);

        var reading = Task.Run(() => Database.Read(t =>
        {
            var before = t.Scalar<long>("SELECT count(*) FROM notes");
            firstRead.Release();
            written.Wait(TimeSpan.FromSeconds(20)).ShouldBeTrue();
            return (before, after: t.Scalar<long>("SELECT count(*) FROM notes"));
        }));
        await firstRead.WaitAsync(Cancelled);
        await Database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (2)"));
        written.Release();

        (await reading).ShouldBe((1L, 1L));
        (await Count()).ShouldBe(2);
    }

    [Fact]
    public async Task A_read_cannot_write()
    {
        await Should.ThrowAsync<Exception>(() => Database.Read(t => t.Query<long>("INSERT INTO notes (id) VALUES (1) RETURNING id")));

        (await Count()).ShouldBe(0);
        await Database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (1)"));
    }

    [Fact]
    public async Task A_transaction_that_is_over_says_so()
    {
        var escaped = await Database.Write(t => t);

        Should.Throw<InvalidOperationException>(() => escaped.Execute("DELETE FROM notes")).Message.ShouldContain("over");
        Should.Throw<InvalidOperationException>(() => escaped.Emit(new(WorkspaceId.Default, "a.b", "c")));
    }

    [Fact]
    public async Task Work_that_was_cancelled_before_it_began_is_not_done()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => Database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (1)"), cancellation.Token));

        (await Count()).ShouldBe(0);
    }

    private Cairn.Storage.Events.TailingEventLog Events() => new(Database);
}
