using Cairn.Access;
using Cairn.Access.Limits;
using Cairn.Storage;
using Cairn.Storage.Postgres;
using Cairn.Storage.Sqlite;
using Cairn.Unit.Tests.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Access;

public sealed class QuotaCountersOnSqlite : QuotaCounterTests
{
    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;

    protected override Task<Database> Open() => Task.FromResult<Database>(SqliteDatabase.Open(_home, TimeProvider.System, NullLogger.Instance));

    protected override Task Cleanup()
    {
        Directory.Delete(_home, recursive: true);
        return Task.CompletedTask;
    }
}

public sealed class QuotaCountersOnPostgres : QuotaCounterTests
{
    private TestPostgres? _postgres;

    protected override async Task<Database> Open()
    {
        _postgres = await TestPostgres.Create();
        return PostgresDatabase.Open(_postgres.ConnectionString, TimeProvider.System, NullLogger.Instance);
    }

    protected override async Task Cleanup()
    {
        if (_postgres is not null) await _postgres.DisposeAsync();
    }
}

public abstract class QuotaCounterTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private Database _database = null!;

    protected abstract Task<Database> Open();

    protected abstract Task Cleanup();

    public async ValueTask InitializeAsync() => _database = await Open();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_database is null) return;
        await _database.DisposeAsync();
        await Cleanup();
    }

    [Fact]
    public void Rows_are_counted_whole_or_not_at_all()
    {
        var counters = new QuotaCounters(_clock);

        counters.Add(Caller.LocalAdmin, 90, most: 100).ShouldBe((true, 10));
        counters.Add(Caller.LocalAdmin, 11, most: 100).ShouldBe((false, 10));
        counters.Add(Caller.LocalAdmin, 10, most: 100).ShouldBe((true, 0));
        counters.Add(Caller.LocalAdmin with { Name = "other" }, 100, most: 100).ShouldBe((true, 0));
    }

    [Fact]
    public void The_next_day_of_UTC_begins_at_nothing()
    {
        var counters = new QuotaCounters(_clock);
        counters.Add(Caller.LocalAdmin, 100, most: 100);
        counters.UntilTomorrow().ShouldBe(TimeSpan.FromHours(1));

        _clock.Advance(TimeSpan.FromMinutes(59.9));
        counters.Add(Caller.LocalAdmin, 1, most: 100).IsAdded.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromMinutes(0.2));

        counters.Add(Caller.LocalAdmin, 1, most: 100).ShouldBe((true, 99));
    }

    [Fact]
    public async Task A_new_process_goes_on_where_the_last_one_wrote_down()
    {
        var before = new QuotaCounters(_clock);
        before.Add(Caller.LocalAdmin, 60, most: 100);
        await Save(before);
        before.Add(Caller.LocalAdmin, 5, most: 100);
        await Save(before);
        before.Add(Caller.LocalAdmin, 7, most: 100); // a kill comes first

        (await Started()).Add(Caller.LocalAdmin, 0, most: 100).Left.ShouldBe(35);
    }

    [Fact]
    public async Task Processes_that_share_a_database_count_together()
    {
        QuotaCounters one = await Started(), other = await Started();
        one.Add(Caller.LocalAdmin, 30, most: 100);
        other.Add(Caller.LocalAdmin, 50, most: 100);

        await Save(one);
        await Save(other);
        one.Add(Caller.LocalAdmin, 1, most: 100);
        await Save(one);

        other.Add(Caller.LocalAdmin, 0, most: 100).Left.ShouldBe(20);
        one.Add(Caller.LocalAdmin, 0, most: 100).Left.ShouldBe(19);
    }

    [Fact]
    public async Task What_is_counted_while_it_is_written_down_is_not_lost()
    {
        var counters = await Started();
        counters.Add(Caller.LocalAdmin, 10, most: 100);
        var durable = await _database.Write(counters.Save);
        counters.Add(Caller.LocalAdmin, 3, most: 100);
        durable();
        await Save(counters);

        counters.Add(Caller.LocalAdmin, 0, most: 100).Left.ShouldBe(87);
        (await Started()).Add(Caller.LocalAdmin, 0, most: 100).Left.ShouldBe(87);
        counters.HasNews.ShouldBeFalse();
    }

    [Fact]
    public async Task Days_long_gone_are_forgotten()
    {
        var counters = await Started();
        counters.Add(Caller.LocalAdmin, 10, most: 100);
        await Save(counters);
        _clock.Advance(TimeSpan.FromDays(32));
        counters.Add(Caller.LocalAdmin, 1, most: 100);
        await Save(counters);

        (await _database.Read(transaction => transaction.Query<long>("SELECT rows FROM quota_usage"))).ShouldBe([1]);
    }

    private async Task<QuotaCounters> Started()
    {
        var counters = new QuotaCounters(_clock);
        await _database.Read(transaction =>
        {
            counters.Load(transaction);
            return true;
        });
        return counters;
    }

    private async Task Save(QuotaCounters counters) => (await _database.Write(counters.Save))();
}
