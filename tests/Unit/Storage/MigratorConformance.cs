using Cairn.Storage;
using Cairn.Storage.Migrating;
using Cairn.Storage.Postgres;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Storage;

public abstract class MigratorConformance
{
    private static readonly Migration First = new(1, "notes", "CREATE TABLE notes (id {identity}, text {text} NOT NULL, content {blob})");
    private static readonly Migration Second = new(2, "tags", "CREATE TABLE tags (id BIGINT PRIMARY KEY)");
    private static readonly Migration Third = new(3, "moods", "CREATE TABLE moods (id BIGINT PRIMARY KEY); CREATE INDEX moods_by_id ON moods (id)");

    /// <summary>Opens the one database of this test with the migrations a build carries.</summary>
    internal abstract Task<Database> Open(params Migration[] migrations);

    [Fact]
    public async Task A_new_home_gets_every_migration_in_order_and_the_next_start_none()
    {
        await Close(await Open(First, Second, Third));

        await using var database = await Open(First, Second, Third);

        (await Applied(database)).ShouldBe(["1 notes", "2 tags", "3 moods"]);
        (await database.Write(t => t.Scalar<long>("INSERT INTO notes (text) VALUES ('a') RETURNING id"))).ShouldBe(1);
    }

    [Fact]
    public async Task A_migration_that_landed_later_is_applied_though_newer_ones_were()
    {
        await Close(await Open(First, Third));

        await using var database = await Open(First, Second, Third);

        (await Applied(database)).ShouldBe(["1 notes", "2 tags", "3 moods"]);
    }

    [Fact]
    public async Task A_home_of_a_newer_build_is_refused_and_left_alone()
    {
        await Close(await Open(First, Second));

        var refused = await Should.ThrowAsync<StorageException>(() => Open(First));

        refused.Fault.ShouldBe(StorageFault.HomeTooNew);
        refused.Message.ShouldContain("0002_tags.sql");
        refused.Message.ShouldContain("0001_notes.sql");
        await using var database = await Open(First, Second);
        (await Applied(database)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_migration_that_reads_differently_is_refused()
    {
        await Close(await Open(First, Second));

        var refused = await Should.ThrowAsync<StorageException>(() => Open(First, Second with { Sql = "CREATE TABLE tags (id BIGINT)" }));

        refused.Fault.ShouldBe(StorageFault.MigrationAltered);
        refused.Message.ShouldContain("0002_tags.sql");
    }

    [Fact]
    public async Task Line_ends_do_not_alter_a_migration()
    {
        await Close(await Open(First with { Sql = "CREATE TABLE notes\n(id BIGINT)" }));

        await Close(await Open(First with { Sql = "CREATE TABLE notes\r\n(id BIGINT)" }));
    }

    [Fact]
    public async Task A_migration_that_fails_changes_nothing_and_the_next_start_resumes_with_it()
    {
        var broken = Second with { Sql = "CREATE TABLE tags (id BIGINT PRIMARY KEY); CREATE TABLE notes (id BIGINT)" };

        var failed = await Should.ThrowAsync<StorageException>(() => Open(First, broken, Third));

        failed.Fault.ShouldBe(StorageFault.MigrationFailed);
        failed.Message.ShouldContain("0002_tags.sql");
        await using var database = await Open(First, Second, Third);
        (await Applied(database)).ShouldBe(["1 notes", "2 tags", "3 moods"]);
    }

    [Fact]
    public async Task An_unknown_token_is_named()
    {
        var failed = await Should.ThrowAsync<StorageException>(() => Open(First with { Sql = "CREATE TABLE notes (id {uuid})" }));

        failed.Message.ShouldContain("{uuid}");
        failed.Message.ShouldContain("{identity}");
    }

    [Fact]
    public async Task The_migrations_of_this_build_apply()
    {
        await using var database = await Open([.. Migration.BuiltIn]);

        (await Applied(database)).Count.ShouldBe(Migration.BuiltIn.Count);
        Migration.BuiltIn[0].FileName.ShouldBe("0001_core.sql");
    }

    protected static Task<IReadOnlyList<string>> Applied(Database database) =>
        database.Read(t => t.Query<string>("SELECT number || ' ' || name FROM schema_migrations ORDER BY number"));

    private static async Task Close(Database database) => await database.DisposeAsync();
}

public sealed class SqliteMigratorTests : MigratorConformance, IDisposable
{
    private static readonly Migration First = new(1, "notes", "CREATE TABLE notes (id BIGINT PRIMARY KEY)");
    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    internal override Task<Database> Open(params Migration[] migrations) =>
        Task.FromResult<Database>(SqliteDatabase.Open(_home, migrations, TimeProvider.System, NullLogger.Instance));

    [Fact]
    public async Task A_home_is_copied_before_it_is_migrated()
    {
        await using (var before = await Open(First))
        {
            await before.Write(t => t.Execute("INSERT INTO notes (id) VALUES (7)"));
        }

        Directory.Exists(Path.Combine(_home, "backups")).ShouldBeFalse("a new home has nothing to lose");
        await (await Open(First, new Migration(2, "gone", "DROP TABLE notes"))).DisposeAsync();

        var copy = Directory.GetFiles(Path.Combine(_home, "backups")).ShouldHaveSingleItem();
        var restored = Directory.CreateDirectory(Path.Combine(_home, "restored")).FullName;
        File.Copy(copy, Path.Combine(restored, "cairn.db"));
        await using var database = SqliteDatabase.Open(restored, [First], TimeProvider.System, NullLogger.Instance);
        (await database.Read(t => t.Query<long>("SELECT id FROM notes"))).ShouldBe([7]);
    }
}

public sealed class PostgresMigratorTests : MigratorConformance, IAsyncLifetime
{
    private TestPostgres? _postgres;

    public async ValueTask InitializeAsync() => _postgres = await TestPostgres.Create();

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null) await _postgres.DisposeAsync();
    }

    internal override Task<Database> Open(params Migration[] migrations) =>
        Task.FromResult<Database>(PostgresDatabase.Open(_postgres!.ConnectionString, migrations, TimeProvider.System, NullLogger.Instance));

    [Fact]
    public async Task Two_servers_that_start_at_once_migrate_once()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Open([.. Migration.BuiltIn]))));

        (await Applied(databases[0])).Count.ShouldBe(Migration.BuiltIn.Count);
        foreach (var database in databases) await database.DisposeAsync();
    }
}
