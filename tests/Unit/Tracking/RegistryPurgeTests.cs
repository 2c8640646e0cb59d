using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Tracking;
using Cairn.Tracking.Recycling;
using Cairn.Tracking.Registry;
using Cairn.Tracking.RunRecords;

namespace Cairn.Unit.Tests.Tracking;

public sealed class RegistryPurgeOnSqlite : RegistryPurgeTests
{
    protected override bool Postgres => false;
}

public sealed class RegistryPurgeOnPostgres : RegistryPurgeTests
{
    protected override bool Postgres => true;
}

/// <summary>Deleted models and versions, removed for good.</summary>
public abstract class RegistryPurgeTests : IAsyncLifetime
{
    private static readonly string[] _tables = ["model_tags", "model_aliases", "model_version_tags", "gate_verdicts", "model_versions", "deleted_models", "purges"];

    private TrackingHome _home = null!;

    protected abstract bool Postgres { get; }

    private static Caller Admin => TrackingHome.Admin;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _home = await TrackingHome.Open(Postgres);

    public async ValueTask DisposeAsync()
    {
        if (_home is not null) await _home.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_purged_model_leaves_no_row_and_no_package_but_its_history_and_its_numbers()
    {
        var (first, second) = (await _home.Version("churn"), await _home.Version("churn"));
        await _home.Promote("churn", first);
        await Write(t => ChampionMove.Remove(t, Admin, "churn", null, Now).Refusal.ShouldBeNull());
        await Write(t =>
        {
            ModelTable.PutTags(t, WorkspaceId.Default, "churn", Tags);
            VersionTable.PutTags(t, WorkspaceId.Default, "churn", first, Tags);
            AliasTable.Put(t, WorkspaceId.Default, "churn", "a", first);
            AliasTable.Put(t, WorkspaceId.Default, "churn", "b", second);
        });
        var neighbour = await _home.Version("other");
        var packages = await Packages("churn");
        await Delete("churn", second);
        await Delete("churn");
        var look = await Look();

        var result = await Purge();

        (result.Models, result.Versions, result.Runs).ShouldBe((1, 2, 0));
        (look.Models, look.Versions, look.Kept.Count).ShouldBe((1, 2, 0));
        foreach (var table in _tables)
            (await Count(table)).ShouldBe(table is "model_versions" or "gate_verdicts" ? 1 : 0, table);
        foreach (var package in packages) (await _home.Packages.Open(WorkspaceId.Default, package, Cancelled)).Refusal!.Code.ShouldBe("package.missing");
        (await _home.Models.Find(WorkspaceId.Default, "other", neighbour, Cancelled)).ShouldNotBeNull();
        (await Count("promotions")).ShouldBe(2);
        (await _home.Version("churn")).ShouldBe(3);
        (await _home.Bin.Waiting(long.MaxValue, Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_answered_a_prediction_stays_when_its_version_goes()
    {
        await _home.Version("churn");
        await _home.Version("churn");
        var packages = await Packages("churn");
        var answered = packages[0];
        var bin = new RecycleBin(_home.Database, _home.Unnamed, [new("predictions", (_, digests, _) => Task.FromResult<IReadOnlyCollection<string>>([.. digests.Where(digest => digest == answered.Hex)]))], _home.Clock);
        await Delete("churn");

        var look = await bin.Look(WorkspaceId.Default, null, long.MaxValue, (_, _) => { }, Cancelled);
        (await bin.Purge(Admin, null, long.MaxValue, (_, _) => { }, Cancelled)).Versions.ShouldBe(2);

        look.Versions.ShouldBe(2);
        (await _home.Packages.Open(WorkspaceId.Default, packages[0], Cancelled)).Refusal.ShouldBeNull();
        (await _home.Packages.Open(WorkspaceId.Default, packages[1], Cancelled)).Refusal!.Code.ShouldBe("package.missing");
        (await Count("purges")).ShouldBe(0);
    }

    [Fact]
    public async Task A_package_that_another_version_has_too_stays_and_its_files_are_counted_when_they_go()
    {
        var package = await _home.Package("the same");
        foreach (var model in (string[])["one", "two"])
            (await _home.Models.Register(Admin, model, await _home.Run(), package, Tags, Cancelled)).Refusal.ShouldBeNull();
        await Delete("one");
        (await Look()).Files.ShouldBe(0);
        await Purge();
        (await _home.Packages.Open(WorkspaceId.Default, package, Cancelled)).Refusal.ShouldBeNull();

        await Delete("two");
        foreach (var run in await _home.Database.Read(t => t.Query<string>("SELECT run_id FROM runs"), Cancelled)) await DeleteRun(run);
        var look = await Look();

        (look.Models, look.Runs, look.Kept.Count, look.Files).ShouldBe((1, 2, 0, 2));
        (await Purge()).ShouldSatisfyAllConditions(result => result.Models.ShouldBe(1), result => result.Runs.ShouldBe(2), result => result.Kept.ShouldBeEmpty());
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_home.Folder, "blobs"), "*", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
        (await _home.Unnamed.Remove(null, Cancelled)).Files.ShouldBe(2);
    }

    [Fact]
    public async Task A_run_is_kept_while_a_version_that_stands_on_it_is_in_the_bin_and_goes_with_it()
    {
        var run = await _home.Run();
        await _home.Models.Register(Admin, "churn", run, await _home.Package("model"), Tags, Cancelled);
        await Delete("churn", 1);
        await DeleteRun(run);
        var version = (await Bin()).Single(item => item.Subject.StartsWith("versions/", StringComparison.Ordinal)).Subject;

        (await Bin()).Single(item => item.Subject == $"runs/{run}").Kept!.ShouldContain("churn version 1 stands on it and lies in the bin too");
        (await _home.Bin.Check(WorkspaceId.Default, [$"runs/{run}"], Cancelled))!.Code.ShouldBe("bin.kept");
        (await _home.Bin.Check(WorkspaceId.Default, [$"runs/{run}", version], Cancelled)).ShouldBeNull();
        (await _home.Bin.Purge(Admin, [$"runs/{run}"], long.MaxValue, (_, _) => { }, Cancelled)).Kept.ShouldHaveSingleItem();
        await Delete("churn");
        (await Bin()).Single(item => item.Subject == $"runs/{run}").Kept!.ShouldContain("churn version 1");
        (await _home.Bin.Look(WorkspaceId.Default, [$"runs/{run}", version], long.MaxValue, (_, _) => { }, Cancelled)).Runs.ShouldBe(1);

        var result = await _home.Bin.Purge(Admin, [$"runs/{run}", version], long.MaxValue, (_, _) => { }, Cancelled);

        (result.Runs, result.Versions, result.Models).ShouldBe((1, 1, 0));
        (await Bin()).ShouldHaveSingleItem().Versions.ShouldBe(0);
    }

    /// <summary>What a process that dies leaves behind shows nowhere, and the next purge takes it away.</summary>
    [Fact]
    public async Task What_has_begun_is_gone_for_everybody_and_the_next_purge_goes_on_with_it()
    {
        for (var version = 0; version < 3; version++) await _home.Version("churn");
        await Delete("churn", 2);
        await Delete("churn");
        var item = (await Bin()).Single(item => item.Subject.StartsWith("models/", StringComparison.Ordinal));
        await Write(t => Purging.Begin(t, Admin, BinContents.Find(t, WorkspaceId.Default, item.Subject)!, Now).ShouldBeTrue());

        (await Bin()).ShouldBeEmpty();
        (await _home.Bin.Waiting(null, Cancelled)).ShouldBe([WorkspaceId.Default]);
        (await Purge(deletedBefore: long.MinValue)).ShouldSatisfyAllConditions(result => result.Models.ShouldBe(1), result => result.Versions.ShouldBe(3));
        foreach (var table in _tables) (await Count(table)).ShouldBe(0, table);
        (await _home.Database.Read(t => t.Query<string>("SELECT digest FROM model_packages"), Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_version_that_another_was_copied_from_is_kept_until_the_copy_goes()
    {
        await Register("m", "s3://bucket/model");
        await Register("copy", "models:/m/1");
        await Delete("m");

        (await Purge()).Kept.ShouldHaveSingleItem().Reason.ShouldContain("copy version 1");
        await Delete("copy");
        (await Purge()).Models.ShouldBe(1);
        (await Purge()).Models.ShouldBe(1);

        (await Count("model_versions")).ShouldBe(0);
    }

    [Fact]
    public async Task What_was_deleted_before_there_was_a_bin_stays_as_it_is()
    {
        await _home.Version("churn");
        await _home.Version("churn");
        await Write(t => t.Execute("UPDATE model_versions SET deleted_at = 1 WHERE version = 1"));
        await Delete("churn");

        (await Bin()).ShouldHaveSingleItem().Versions.ShouldBe(1);
        (await Purge()).Versions.ShouldBe(1);

        (await Count("model_versions")).ShouldBe(1);
    }

    private static Dictionary<string, string> Tags => new(StringComparer.Ordinal) { ["team"] = "crm" };

    private long Now => _home.Clock.GetUtcNow().ToUnixTimeMilliseconds() * 1000;

    private Task<bool> Delete(string model) => Later(t => DeleteModel.Delete(t, Admin, model, Now).Refusal.ShouldBeNull());

    private Task<bool> Delete(string model, long version) => Later(t => DeleteVersion.Delete(t, Admin, model, version, Now).Refusal.ShouldBeNull());

    private Task<bool> DeleteRun(string run) => Later(t => RunTable.Delete(t, Admin, RunTable.Find(t, WorkspaceId.Default, run)!, Now));

    private Task<bool> Register(string model, string source) => Later(t => Registration.FromOutside(t, Admin, model, new RegisterVersion(source), Now).Refusal.ShouldBeNull());

    private Task<bool> Later(Action<Cairn.Storage.WriteTransaction> change)
    {
        _home.Clock.Step(TimeSpan.FromMilliseconds(1));
        return Write(change);
    }

    private Task<bool> Write(Action<Cairn.Storage.WriteTransaction> change) => _home.Database.Write(
        t =>
        {
            change(t);
            return true;
        },
        Cancelled);

    private async Task<IReadOnlyList<Digest>> Packages(string model) => [.. (await _home.Database.Read(
        t => t.Query<string>("SELECT package_digest FROM model_versions WHERE model = @model ORDER BY version", new { model }), Cancelled)).Select(Digest.Parse)];

    private Task<PurgeResult> Look() => _home.Bin.Look(WorkspaceId.Default, null, long.MaxValue, (_, _) => { }, Cancelled);

    private Task<PurgeResult> Purge(long deletedBefore = long.MaxValue) => _home.Bin.Purge(Admin, null, deletedBefore, (_, _) => { }, Cancelled);

    private async Task<IReadOnlyList<BinItemWire>> Bin() => (await _home.Database.Read(t => BinContents.Page(t, WorkspaceId.Default, 100, null, 30, BinKind.All), Cancelled)).Items;

    private Task<long> Count(string table) => _home.Database.Read(t => t.Scalar<long>($"SELECT COUNT(*) FROM {table}"), Cancelled);
}
