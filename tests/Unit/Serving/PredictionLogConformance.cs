using System.Collections.Concurrent;
using Cairn.Serving.Log;
using Cairn.Serving.Segments;
using Cairn.Storage;

namespace Cairn.Unit.Tests.Serving;

/// <summary>The log on either database. Run on each by a subclass.</summary>
public abstract class PredictionLogConformance : IAsyncLifetime
{
    private const long Hour = Block.Hour;

    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;
    private TestLog? _log;

    private TestLog Log => _log!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The database of the log, and that of the deployments.</summary>
    protected abstract Task<(Database Log, Database Metadata)> Open(string home);

    protected abstract Task Cleanup();

    public async ValueTask InitializeAsync()
    {
        var (log, metadata) = await Open(_home);
        _log = new(log, metadata, _home);
    }

    public async ValueTask DisposeAsync()
    {
        if (_log is not null) await _log.DisposeAsync();
        await Cleanup();
        Directory.Delete(_home, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_hour_that_is_over_becomes_a_segment_with_all_bits_of_its_records()
    {
        var source = TestLog.Source();
        List<LogRecord> all = [.. await Log.Append(source, TestLog.Start, 300), .. await Log.Append(source, TestLog.Start + 1000, 5000), .. await Log.Append(source, TestLog.Start + Hour + 5, 40)];
        Log.Clock.Ms = TestLog.Start + Hour + 60_000;

        (await Log.Sealer.Run(Cancelled)).ShouldBe(1);

        var segment = (await Log.Segments()).ShouldHaveSingleItem();
        (segment.Rows, segment.FromMs, segment.ToMs, segment.Hour).ShouldBe((5300, TestLog.Start, TestLog.Start + 5999, TestLog.Start / Hour));
        (await Log.BlocksThatStand()).ShouldBe(1);
        await Log.Holds(all);
    }

    [Fact]
    public async Task An_hour_is_sealed_a_minute_after_its_end_and_not_before()
    {
        var all = await Log.Append(TestLog.Source(), TestLog.Start, 10);
        Log.Clock.Ms = TestLog.Start + Hour + 59_999;

        (await Log.Sealer.Run(Cancelled)).ShouldBe(0);
        Log.Clock.Ms++;
        (await Log.Sealer.Run(Cancelled)).ShouldBe(1);
        await Log.Holds(all);
    }

    [Fact]
    public async Task What_comes_late_for_a_sealed_hour_is_read_and_sealed_too()
    {
        var source = TestLog.Source();
        var all = (await Log.Append(source, TestLog.Start, 100)).ToList();
        Log.Clock.Ms = TestLog.Start + (2 * Hour);
        await Log.Sealer.Run(Cancelled);

        all.AddRange(await Log.Append(source, TestLog.Start + 50, 30));
        await Log.Holds(all);
        (await Log.Sealer.Run(Cancelled)).ShouldBe(1);

        (await Log.Segments()).Select(segment => segment.Rows).ShouldBe([100, 30]);
        await Log.Holds(all);
    }

    [Fact]
    public async Task Stopped_between_any_two_steps_no_record_is_lost_or_read_twice_and_the_next_round_finishes()
    {
        var source = TestLog.Source();
        var all = new List<LogRecord>();
        for (var block = 0; block < 40; block++) all.AddRange(await Log.Append(source, TestLog.Start + (block * 1000), 30));
        Log.Clock.Ms = TestLog.Start + (2 * Hour);
        var hour = (await Log.Database.Read(HotHour.All, Cancelled)).ShouldHaveSingleItem();

        // Stopped when the file is written: nothing names it, and the next one is the same file.
        var gathered = (await Log.Sealer.Gather(hour, 0, Cancelled))!;
        var orphan = await Log.Sealer.Store(hour, gathered, Cancelled);
        await Log.Holds(all);

        // Stopped when it is named: all blocks still stand.
        var segment = await Log.Sealer.Store(hour, gathered, Cancelled);
        segment.Blob.ShouldBe(orphan.Blob);
        (await Log.Sealer.Publish(segment, 0, Cancelled)).ShouldBeTrue();
        (await Log.BlocksThatStand()).ShouldBe(40);
        await Log.Holds(all);

        // Stopped when some are deleted.
        var blocks = await Log.Database.Read(t => hour.Blocks(t, 0, long.MaxValue, 15), Cancelled);
        await Sealer.Remove(Log.Database, blocks, Cancelled);
        (await Log.BlocksThatStand()).ShouldBe(25);
        await Log.Holds(all);

        (await Log.NewSealer().Run(Cancelled)).ShouldBe(0);
        (await Log.BlocksThatStand()).ShouldBe(0);
        await Log.Holds(all);
    }

    [Fact]
    public async Task Too_many_rows_are_sealed_before_their_hour_is_over_in_segments_of_a_bounded_size()
    {
        var source = TestLog.Source();
        var all = new List<LogRecord>();
        for (var block = 0; block < 30; block++) all.AddRange(await Log.Append(source, TestLog.Start + (block * 100), 100));
        all.AddRange(await Log.Append(TestLog.Source("other"), TestLog.Start, 10));
        var sealer = Log.NewSealer(new() { MostHotRows = 2999, MostRows = 1000, RowsAtOnce = 200 });

        (await sealer.Run(Cancelled)).ShouldBe(3);

        (await Log.Segments()).Select(segment => (segment.Deployment, segment.Rows)).ShouldBe([("churn", 1000), ("churn", 1000), ("churn", 1000)]);
        (await Log.BlocksThatStand()).ShouldBe(1);
        (await Log.List(limit: 500)).Count.ShouldBe(3010);
        (await Log.Scan()).Count.ShouldBe(3000);
    }

    [Fact]
    public async Task Two_who_seal_the_same_hour_make_one_segment_of_it()
    {
        var all = new List<LogRecord>();
        for (var block = 0; block < 20; block++) all.AddRange(await Log.Append(TestLog.Source(), TestLog.Start + (block * 100), 50));
        Log.Clock.Ms = TestLog.Start + (2 * Hour);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Log.NewSealer().Run(Cancelled))));
        await Log.Sealer.Run(Cancelled);

        (await Log.Segments()).Sum(segment => segment.Rows).ShouldBe(1000);
        await Log.Holds(all);
    }

    [Fact]
    public async Task Readers_beside_writers_and_a_sealer_see_each_record_that_was_there_once()
    {
        var source = TestLog.Source();
        var written = new ConcurrentQueue<LogRecord>();
        using var stop = new CancellationTokenSource();
        var ms = TestLog.Start;
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (var record in await Log.Append(source, Interlocked.Add(ref ms, 200_000), 20)) written.Enqueue(record);
                await Task.Delay(10, Cancelled);
            }
        })));
        var sealing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                Log.Clock.Ms = Interlocked.Read(ref ms) + Hour;
                await Log.NewSealer(new() { MostHotRows = 100 }).Run(Cancelled);
            }
        });

        for (var round = 0; round < 5 || (await Log.Segments()).Count < 5; round++)
        {
            var before = written.Select(record => record.Id).ToHashSet();
            var scanned = (await Log.Scan()).Select(record => record.Id).ToList();
            scanned.ToHashSet().Count.ShouldBe(scanned.Count);
            before.Except(scanned).ShouldBeEmpty();

            before = [.. written.Select(record => record.Id)];
            var listed = await Log.List(limit: 200);
            listed.Distinct(StringComparer.Ordinal).Count().ShouldBe(listed.Count);
            before.Select(id => id.ToString("N")).Except(listed, StringComparer.Ordinal).ShouldBeEmpty();
        }

        await stop.CancelAsync();
        await writing;
        await sealing;
        (await Log.Segments()).Count.ShouldBeGreaterThan(1);
        await Log.Holds([.. written]);
    }

    [Fact]
    public async Task Who_saw_a_block_has_seen_all_before_it()
    {
        using var stop = new CancellationTokenSource();
        var (seen, last, ms) = (0L, 0L, TestLog.Start);
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var source = TestLog.Source($"deployment-{i}");
            for (var n = 0; n < 50; n++) await Log.Append(source, Interlocked.Increment(ref ms), 1);
        })));

        while (!writing.IsCompleted || await Follow() > 0) await Follow();

        await writing;
        seen.ShouldBe(400);

        async Task<int> Follow()
        {
            var more = await Log.Database.Read(t => t.Query<BlockSize>("SELECT block_id, rows FROM prediction_blocks WHERE block_id > @last ORDER BY block_id", new { last }), Cancelled);
            if (more.Count > 0) (seen, last) = (seen + more.Sum(block => block.Rows), more[^1].BlockId);
            return more.Count;
        }
    }

    [Fact]
    public async Task No_block_crosses_the_end_of_an_hour_or_lasts_long()
    {
        var all = (await Log.Append(TestLog.Source(), TestLog.Start + Hour - 3000, 100, step: 200)).ToList();
        all.AddRange(await Log.Append(TestLog.Source(), TestLog.Start + Hour, 20, step: -500_000)); // a clock that is set back

        var spans = await Log.Database.Read(t => t.Query<Span>("SELECT from_ms, to_ms FROM prediction_blocks"), Cancelled);

        spans.ShouldAllBe(span => span.ToMs - span.FromMs <= Block.LongestSpan && span.FromMs / Hour == span.ToMs / Hour);
        await Log.Holds(all);
        Log.Clock.Ms = TestLog.Start + (3 * Hour);
        await Log.Sealer.Run(Cancelled);
        await Log.Holds(all);
    }

    [Fact]
    public async Task A_list_keeps_to_its_filter_over_blocks_and_segments()
    {
        var (first, second, shadow) = (TestLog.Source(), TestLog.Source(version: 2), TestLog.Source(variant: "challenger", version: 3));
        var all = new List<(LogSource Source, LogRecord Record)>();
        foreach (var hour in (long[])[0, 1, 2])
        {
            foreach (var (source, flags) in ((LogSource, RecordFlags)[])[(first, RecordFlags.None), (second, RecordFlags.Batch), (shadow, RecordFlags.Shadow)])
                all.AddRange((await Log.Append(source, TestLog.Start + (hour * Hour), 60, flags: flags, entity: i => $"it's {i % 5}")).Select(record => (source, record)));
        }

        await Log.Append(TestLog.Source("other"), TestLog.Start, 20);
        await Log.Append(TestLog.Source(workspace: new("theirs")), TestLog.Start, 20);
        Log.Clock.Ms = TestLog.Start + (2 * Hour) + 60_000;
        (await Log.Sealer.Run(Cancelled)).ShouldBe(4);
        var churn = TestLog.Everything with { Deployment = "churn" };

        await Expect(churn, _ => true);
        await Expect(churn with { Entity = "it's 3" }, row => row.Record.Entity == "it's 3");
        await Expect(churn with { Version = 2 }, row => row.Source == second);
        await Expect(churn with { Variant = "challenger" }, row => row.Source == shadow);
        await Expect(churn with { Shadow = false }, row => row.Source != shadow);
        await Expect(churn with { Shadow = true, Entity = "it's 0" }, row => row.Source == shadow && row.Record.Entity == "it's 0");
        await Expect(churn with { FromMs = TestLog.Start + 30, ToMs = TestLog.Start + Hour + 7 }, row => row.Record.Milliseconds >= TestLog.Start + 30 && row.Record.Milliseconds < TestLog.Start + Hour + 7);
        await Expect(churn with { Entity = "nobody" }, _ => false);
        await Expect(churn with { Deployment = "none" }, _ => false);
        (await Log.List()).Count.ShouldBe(all.Count + 20);

        async Task Expect(PredictionFilter filter, Func<(LogSource Source, LogRecord Record), bool> matches) =>
            string.Join('\n', await Log.List(filter)).ShouldBe(string.Join('\n', all.Where(matches).Select(row => row.Record.Id.ToString("N")).OrderDescending(StringComparer.Ordinal)), filter.ToString());
    }

    [Fact]
    public async Task A_scan_keeps_to_its_time_over_blocks_and_segments()
    {
        var all = new List<LogRecord>();
        foreach (var hour in (long[])[0, 1, 2]) all.AddRange(await Log.Append(TestLog.Source(), TestLog.Start + (hour * Hour), 200));
        Log.Clock.Ms = TestLog.Start + (2 * Hour) + 60_000;
        await Log.Sealer.Run(Cancelled);

        foreach (var (from, to) in ((long, long)[])[(TestLog.Start, TestLog.Start + 50), (TestLog.Start + 150, TestLog.Start + Hour + 150), (TestLog.Start + Hour + 199, TestLog.Start + (2 * Hour) + 1)])
            (await Log.Scan(fromMs: from, toMs: to)).Select(record => record.Id).ShouldBe(all.Where(record => record.Milliseconds >= from && record.Milliseconds < to).Select(record => record.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task A_page_of_a_segment_does_not_depend_on_how_its_rows_lie_in_time()
    {
        // 70 rows in the first millisecond, 100 in the last two seconds: the first look at the newest of them is too short, or too long.
        List<LogRecord> all = [.. await Log.Append(TestLog.Source(), TestLog.Start, 70, step: 0), .. await Log.Append(TestLog.Source(), TestLog.Start + Hour - 2000, 100)];
        Log.Clock.Ms = TestLog.Start + (2 * Hour);
        await Log.Sealer.Run(Cancelled);

        (await Log.List(limit: 15)).ShouldBe(all.Select(record => record.Id.ToString("N")).OrderDescending(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_older_than_it_is_kept_does_not_count_and_its_file_goes_a_day_later()
    {
        await Deployment("churn", """{"log": {"keep_days": 2}}""");
        await Deployment("other", "{}");
        const long Day = 24 * Hour;
        await Log.Append(TestLog.Source(), TestLog.Start, 50);
        var others = await Log.Append(TestLog.Source("other"), TestLog.Start, 50);
        var kept = await Log.Append(TestLog.Source(), TestLog.Start + Day, 50);
        Log.Clock.Ms = TestLog.Start + Day + (2 * Hour);
        await Log.Sealer.Run(Cancelled);
        await Log.Append(TestLog.Source(), TestLog.Start + 70, 50); // late, and never sealed
        var old = (await Log.Segments()).First(segment => segment.Deployment == "churn");

        Log.Clock.Ms = TestLog.Start + (2 * Day);
        await Log.Retention.Run(Cancelled);
        (await Log.Scan()).Count.ShouldBe(150);

        Log.Clock.Ms = TestLog.Start + (2 * Day) + 200;
        await Log.Retention.Run(Cancelled);
        (await Log.List()).Count.ShouldBe(100);
        (await Log.Scan()).Select(record => record.Id).ShouldBe(kept.Select(record => record.Id), ignoreOrder: true);
        (await Log.Blobs.Verify(old.Blob, Cancelled)).ShouldBeTrue();

        Log.Clock.Ms += Day;
        await Log.Retention.Run(Cancelled);
        (await Log.Blobs.Verify(old.Blob, Cancelled)).ShouldBeTrue("a day and not a moment less");

        Log.Clock.Ms += 1;
        using (Log.Blobs.Hold()) await Log.Retention.Run(Cancelled);
        (await Log.Blobs.Verify(old.Blob, Cancelled)).ShouldBeTrue("a backup is being written");
        await Log.Retention.Run(Cancelled);
        (await Log.Blobs.Verify(old.Blob, Cancelled)).ShouldBeFalse();
        (await Log.Database.Read(t => Segment.Between(t, TestLog.Workspace, null, 0, long.MaxValue, withRemoved: true), Cancelled)).ShouldNotContain(segment => segment.SegmentId == old.SegmentId);
        (await Log.List()).Count.ShouldBe(others.Count, "by now the other hour is over too");
    }

    [Fact]
    public async Task The_file_of_a_segment_whose_time_is_over_stays_when_a_run_has_the_same()
    {
        await Deployment("churn", """{"log": {"keep_days": 2}}""");
        await Log.Append(TestLog.Source(), TestLog.Start, 50);
        Log.Clock.Ms = TestLog.Start + (2 * Hour);
        await Log.Sealer.Run(Cancelled);
        var old = (await Log.Segments()).Single();
        Log.NamedElsewhere.Add(old.Blob.Hex);

        Log.Clock.Ms = TestLog.Start + (72 * Hour);
        await Log.Retention.Run(Cancelled);
        Log.Clock.Ms += 25 * Hour;
        await Log.Retention.Run(Cancelled);

        (await Log.Database.Read(t => Segment.Between(t, TestLog.Workspace, null, 0, long.MaxValue, withRemoved: true), Cancelled)).ShouldBeEmpty();
        (await Log.Blobs.Verify(old.Blob, Cancelled)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_scan_that_has_begun_gets_to_its_end_though_its_predictions_are_sealed_and_retired_meanwhile()
    {
        await Deployment("churn", """{"log": {"keep_days": 1}}""");
        var all = new List<LogRecord>();
        for (var block = 0; block < 30; block++) all.AddRange(await Log.Append(TestLog.Source(), TestLog.Start + (block * 6000), 1500));
        var plan = await Log.Predictions.Plan(TestLog.Workspace, "churn", 0, long.MaxValue, Cancelled);
        var reading = Log.Predictions.Read(plan, Cancelled).GetAsyncEnumerator(Cancelled);
        (await reading.MoveNextAsync()).ShouldBeTrue();
        var found = reading.Current.Select(row => row.Record.Id).ToList();
        await Log.Append(TestLog.Source(), TestLog.Start, 10); // after the plan

        Log.Clock.Ms = TestLog.Start + (2 * Hour);
        await Log.Sealer.Run(Cancelled);
        Log.Clock.Ms = TestLog.Start + (48 * Hour);
        await Log.Retention.Run(Cancelled);
        while (await reading.MoveNextAsync()) found.AddRange(reading.Current.Select(row => row.Record.Id));
        await reading.DisposeAsync();

        found.ShouldBe(all.Select(record => record.Id), ignoreOrder: true);
        (await Log.Scan()).ShouldBeEmpty();
    }

    private Task<int> Deployment(string name, string settings) => Log.Metadata.Write(
        t => t.Execute("INSERT INTO deployments (workspace_id, name, model, is_default, created_at, settings) VALUES (@workspace, @name, 'model', 0, 0, @settings)", new { workspace = TestLog.Workspace, name, settings }));

    private sealed record Span(long FromMs, long ToMs);
}
