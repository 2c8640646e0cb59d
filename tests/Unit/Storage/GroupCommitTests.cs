using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Storage;

public sealed class GroupCommitTests : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;
    private readonly SqliteDatabase _database;

    public GroupCommitTests() => _database = SqliteDatabase.Open(_home, TimeProvider.System, NullLogger.Instance);

    public async ValueTask InitializeAsync() => await _database.Write(t => t.Execute("CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT)"));

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Writes_that_wait_share_a_commit()
    {
        using var gate = new ManualResetEventSlim();
        var blocking = _database.Write(_ => gate.Wait(TimeSpan.FromSeconds(20)));
        var writes = Enumerable.Range(1, 500).Select(Insert).ToList();
        var commits = _database.Writer.Commits;

        gate.Set();
        await Task.WhenAll(writes);

        (await blocking).ShouldBeTrue();
        (await Count()).ShouldBe(500);
        (_database.Writer.Commits - commits).ShouldBeLessThan(100);
    }

    [Fact]
    public async Task The_log_does_not_grow_over_processes_that_are_killed_before_their_first_checkpoint()
    {
        var homes = new List<string> { _home };
        var sizes = new List<long>();
        try
        {
            for (var kill = 0; kill < 6; kill++)
            {
                await using var opened = kill == 0 ? null : SqliteDatabase.Open(homes[^1], TimeProvider.System, NullLogger.Instance);
                var database = opened ?? _database;
                await database.Write(t => t.Execute("INSERT INTO notes (id, text) VALUES (@kill, @text)", new { kill, text = new string('x', 1 << 20) }));
                homes.Add(Directory.CreateTempSubdirectory("cairn-test-").FullName);
                // What a kill leaves. The log first: what is carried over meanwhile stands in both.
                foreach (var file in new[] { "cairn.db-wal", "cairn.db" }) File.Copy(Path.Combine(homes[^2], file), Path.Combine(homes[^1], file));
                sizes.Add(new FileInfo(Path.Combine(homes[^1], "cairn.db-wal")).Length);
            }

            await using var last = SqliteDatabase.Open(homes[^1], TimeProvider.System, NullLogger.Instance);
            (await last.Read(t => t.Scalar<long>("SELECT count(*) FROM notes WHERE length(text) = 1048576"))).ShouldBe(6);
            sizes[^1].ShouldBeLessThan(3 * sizes[0]);
        }
        finally
        {
            foreach (var home in homes.Skip(1)) Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task Concurrent_writers_need_fewer_commits_than_writes()
    {
        var (commits, writes) = (_database.Writer.Commits, _database.Writer.Writes);

        await Task.WhenAll(Enumerable.Range(0, 32).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++) await Insert((writer * 50) + i);
        })));

        (_database.Writer.Writes - writes).ShouldBe(1600);
        (_database.Writer.Commits - commits).ShouldBeLessThan(1000);
    }

    [Fact]
    public async Task What_is_undone_is_undone_alone_and_the_others_run_again_as_they_were()
    {
        using var gate = new ManualResetEventSlim();
        var blocking = _database.Write(_ => gate.Wait(TimeSpan.FromSeconds(20)));
        var first = Insert(1);
        var runs = 0;
        var seen = _database.Write(t =>
        {
            runs++;
            return t.Scalar<long>("SELECT count(*) FROM notes");
        });
        var twice = _database.Write(t =>
        {
            t.Insert("notes", ("id", new long[] { 2, 3, 1 }), ("text", new string[] { "a", "b", "c" }));
            return true;
        });
        var refused = _database.Attempt<long>(t =>
        {
            t.Execute("CREATE TABLE half (id BIGINT)");
            return new Refusal.Conflict("notes.full", "No more notes.");
        });
        var unharmed = _database.Write<long>(t => throw new TimeoutException());
        var told = _database.Write(t =>
        {
            t.Execute("INSERT INTO notes (id) VALUES (3)");
            return t.Emit(new(WorkspaceId.Default, "note.made", "notes/3"));
        });
        var commits = _database.Writer.Commits;
        gate.Set();

        (await blocking).ShouldBeTrue();
        await first;
        (await seen).ShouldBe(1);
        await Should.ThrowAsync<System.Data.Common.DbException>(() => twice);
        (await refused).Refusal.ShouldNotBeNull().Code.ShouldBe("notes.full");
        await Should.ThrowAsync<TimeoutException>(() => unharmed);
        (await told).ShouldBe(1);

        runs.ShouldBe(2);
        (_database.Writer.Commits - commits).ShouldBeLessThanOrEqualTo(2); // theirs, and before it that of the one who held the writer, unless he was quick
        (await _database.Read(t => t.Query<long>("SELECT id FROM notes ORDER BY id"))).ShouldBe([1, 3]);
        (await _database.Read(t => t.Scalar<long>("SELECT count(*) FROM sqlite_master WHERE name = 'half'"))).ShouldBe(0);
        (await _database.Read(t => t.Scalar<long>("SELECT count(*) FROM events"))).ShouldBe(1);
    }

    [Fact]
    public async Task What_fails_before_it_wrote_lets_nothing_run_again()
    {
        using var gate = new ManualResetEventSlim();
        var blocking = _database.Write(_ => gate.Wait(TimeSpan.FromSeconds(20)));
        var runs = 0;
        var counted = _database.Write(t =>
        {
            runs++;
            return t.Execute("INSERT INTO notes (id) VALUES (1)");
        });
        var refused = _database.Attempt<long>(t => new Refusal.Conflict("notes.full", $"{t.Scalar<long>("SELECT count(*) FROM notes")} are enough."));
        var failed = _database.Write(t => t.Scalar<long>("SELECT no FROM notes"));
        gate.Set();

        await blocking;
        (await counted).ShouldBe(1);
        (await refused).Refusal.ShouldNotBeNull().Detail.ShouldBe("1 are enough.");
        await Should.ThrowAsync<System.Data.Common.DbException>(() => failed);
        runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_commit_that_fails_fails_all_in_it_and_the_writer_goes_on()
    {
        await _database.Write(t => t.Execute("CREATE TABLE children (id BIGINT PRIMARY KEY, note BIGINT REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED)"));
        var shared = false;
        var kept = 0;
        // A commit takes what comes within some milliseconds, and a busy machine may take longer between two of them: then the first is kept, and they try again.
        for (var attempt = 1; !shared && attempt <= 50; attempt++)
        {
            using var gate = new ManualResetEventSlim();
            var blocking = _database.Write(_ => gate.Wait(TimeSpan.FromSeconds(20)));
            var good = Insert(attempt);
            var orphan = _database.Write(t => t.Execute("INSERT INTO children (id, note) VALUES (1, 999)"));
            gate.Set();

            await Should.ThrowAsync<System.Data.Common.DbException>(() => orphan);
            shared = await Fails(good);
            await Fails(blocking);
            (await Count()).ShouldBe(shared ? kept : ++kept);
        }

        shared.ShouldBeTrue();
        await Insert(100);
        (await Count()).ShouldBe(kept + 1);

        static async Task<bool> Fails(Task work)
        {
            await Task.WhenAny(work);
            work.Exception?.InnerException.ShouldBeAssignableTo<System.Data.Common.DbException>();
            return work.IsFaulted;
        }
    }

    [Fact]
    public async Task A_full_disk_fails_what_was_asked_says_what_to_do_and_passes_when_there_is_room()
    {
        await _database.Write(t => t.Scalar<long>($"PRAGMA max_page_count = {t.Scalar<long>("PRAGMA page_count") + 45}"));
        var filling = new string('x', 50_000);
        Task Fill(int id) => _database.Write(t => t.Execute("INSERT INTO notes (id, text) VALUES (@id, @filling)", new { id, filling }));
        await Fill(1);

        var failures = new List<StorageException>();
        for (var id = 2; id < 8; id++)
        {
            try
            {
                await Fill(id);
            }
            catch (StorageException e)
            {
                failures.Add(e);
            }
        }

        failures.ShouldNotBeEmpty();
        failures.ShouldAllBe(failure => failure.Fault == StorageFault.DiskFull && failure.Message.Contains("Make room"));
        (await Count()).ShouldBe(7 - failures.Count);
        await _database.Write(t => t.Scalar<long>("PRAGMA max_page_count = 1000000"));
        await Fill(100);
        (await Count()).ShouldBe(8 - failures.Count);
    }

    [Fact]
    public async Task Closing_finishes_what_was_accepted_and_refuses_what_comes_after()
    {
        using var gate = new ManualResetEventSlim();
        var blocking = _database.Write(_ => gate.Wait(TimeSpan.FromSeconds(20)));
        var writes = Enumerable.Range(1, 300).Select(Insert).ToList();

        var closing = _database.DisposeAsync();
        gate.Set();
        await closing;

        await Task.WhenAll(writes);
        await blocking;
        await Should.ThrowAsync<ObjectDisposedException>(() => Insert(1000));
        await using var again = SqliteDatabase.Open(_home, TimeProvider.System, NullLogger.Instance);
        (await again.Read(t => t.Scalar<long>("SELECT count(*) FROM notes"))).ShouldBe(300);
    }

    [Fact]
    public async Task Callers_go_on_beside_the_writer_not_on_its_thread()
    {
        await Insert(1);

        Thread.CurrentThread.Name.ShouldNotBe("cairn-writer", StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_backup_while_writing_is_a_consistent_copy()
    {
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 1; !stop.IsCancellationRequested; i++)
            {
                await _database.Write(t =>
                {
                    t.Execute("INSERT INTO notes (id) VALUES (@i)", new { i });
                    return t.Emit(new(WorkspaceId.Default, "note.made", $"notes/{i}"));
                });
            }
        });
        while (await Count() < 50) await Task.Delay(5);
        var copy = Path.Combine(_home, "copy", "cairn.db");
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);

        (await _database.BackupTo(copy, CancellationToken.None)).Refusal.ShouldBeNull();
        (await _database.BackupTo(copy, CancellationToken.None)).Refusal!.Code.ShouldBe("storage.backup-exists");
        await stop.CancelAsync();
        await writing;

        await using var restored = SqliteDatabase.Open(Path.GetDirectoryName(copy)!, TimeProvider.System, NullLogger.Instance);
        var notes = await restored.Read(t => t.Scalar<long>("SELECT count(*) FROM notes"));
        notes.ShouldBeGreaterThanOrEqualTo(50);
        (await restored.Read(t => t.Scalar<long>("SELECT count(*) FROM events"))).ShouldBe(notes);
    }

    private Task<int> Insert(int id) => _database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (@id)", new { id }));

    private Task<long> Count() => _database.Read(t => t.Scalar<long>("SELECT count(*) FROM notes"));
}
