using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Tracking;
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
public abstract class RegistryPurgeTests : PurgeTests
{
    private static readonly string[] _tables = ["model_tags", "model_aliases", "model_version_tags", "gate_verdicts", "model_versions", "deleted_models", "purges"];

    [Fact]
    public async Task A_purged_model_leaves_no_row_and_no_package_but_its_history_and_its_numbers()
    {
        var (first, second) = (await Home.Version("churn"), await Home.Version("churn"));
        await Home.Promote("churn", first);
        await Write(t => ChampionMove.Remove(t, Admin, "churn", null, Now).Refusal.ShouldBeNull());
        await Write(t =>
        {
            ModelTable.PutTags(t, WorkspaceId.Default, "churn", Tags);
            VersionTable.PutTags(t, WorkspaceId.Default, "churn", first, Tags);
            AliasTable.Put(t, WorkspaceId.Default, "churn", "a", first);
            AliasTable.Put(t, WorkspaceId.Default, "churn", "b", second);
        });
        var neighbour = await Home.Version("other");
        var packages = await Packages("churn");
        await Delete("churn", second);
        await Delete("churn");
        var look = await Look();

        var result = await Purge();

        (result.Models, result.Versions, result.Runs).ShouldBe((1, 2, 0));
        (look.Models, look.Versions, look.Kept.Count).ShouldBe((1, 2, 0));
        foreach (var table in _tables)
            (await Count(table)).ShouldBe(table is "model_versions" or "gate_verdicts" ? 1 : 0, table);
        foreach (var package in packages) (await Home.Packages.Open(WorkspaceId.Default, package, Cancelled)).Refusal!.Code.ShouldBe("package.missing");
        (await Home.Models.Find(WorkspaceId.Default, "other", neighbour, Cancelled)).ShouldNotBeNull();
        (await Count("promotions")).ShouldBe(2);
        (await Home.Version("churn")).ShouldBe(3);
        (await Home.Bin.Waiting(long.MaxValue, Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_answered_a_prediction_stays_when_its_version_goes()
    {
        await Home.Version("churn");
        await Home.Version("churn");
        var packages = await Packages("churn");
        var answered = packages[0];
        var bin = new RecycleBin(Home.Database, Home.Unnamed, [new("predictions", (_, digests, _) => Task.FromResult<IReadOnlyCollection<string>>([.. digests.Where(digest => digest == answered.Hex)]))], Home.Clock);
        await Delete("churn");

        var look = await bin.Look(WorkspaceId.Default, null, long.MaxValue, (_, _) => { }, Cancelled);
        (await bin.Purge(Admin, null, long.MaxValue, (_, _) => { }, Cancelled)).Versions.ShouldBe(2);

        look.Versions.ShouldBe(2);
        (await Home.Packages.Open(WorkspaceId.Default, packages[0], Cancelled)).Refusal.ShouldBeNull();
        (await Home.Packages.Open(WorkspaceId.Default, packages[1], Cancelled)).Refusal!.Code.ShouldBe("package.missing");
        (await Count("purges")).ShouldBe(0);
    }

    [Fact]
    public async Task A_package_that_another_version_has_too_stays_and_its_files_are_counted_when_they_go()
    {
        var package = await Home.Package("the same");
        foreach (var model in (string[])["one", "two"])
            (await Home.Models.Register(Admin, model, await Home.Run(), package, Tags, Cancelled)).Refusal.ShouldBeNull();
        await Delete("one");
        (await Look()).Files.ShouldBe(0);
        await Purge();
        (await Home.Packages.Open(WorkspaceId.Default, package, Cancelled)).Refusal.ShouldBeNull();

        await Delete("two");
        foreach (var run in await Home.Database.Read(t => t.Query<string>("SELECT run_id FROM runs"), Cancelled)) await DeleteRun(run);
        var look = await Look();

        (look.Models, look.Runs, look.Kept.Count, look.Files).ShouldBe((1, 2, 0, 2));
        (await Purge()).ShouldSatisfyAllConditions(result => result.Models.ShouldBe(1), result => result.Runs.ShouldBe(2), result => result.Kept.ShouldBeEmpty());
        await Age();
        (await Home.Unnamed.Remove(null, Cancelled)).Files.ShouldBe(2);
    }

    [Fact]
    public async Task A_run_is_kept_while_a_version_that_stands_on_it_is_in_the_bin_and_goes_with_it()
    {
        var run = await Home.Run();
        await Home.Models.Register(Admin, "churn", run, await Home.Package("model"), Tags, Cancelled);
        await Delete("churn", 1);
        await DeleteRun(run);
        var version = (await Bin()).Single(item => item.Subject.StartsWith("versions/", StringComparison.Ordinal)).Subject;

        (await Bin()).Single(item => item.Subject == $"runs/{run}").Kept!.ShouldContain("churn version 1 stands on it and lies in the bin too");
        (await Home.Bin.Check(WorkspaceId.Default, [$"runs/{run}"], Cancelled))!.Code.ShouldBe("bin.kept");
        (await Home.Bin.Check(WorkspaceId.Default, [$"runs/{run}", version], Cancelled)).ShouldBeNull();
        (await Purge($"runs/{run}")).Kept.ShouldHaveSingleItem();
        await Delete("churn");
        (await Bin()).Single(item => item.Subject == $"runs/{run}").Kept!.ShouldContain("churn version 1");
        (await Look($"runs/{run}", version)).Runs.ShouldBe(1);

        var result = await Purge($"runs/{run}", version);

        (result.Runs, result.Versions, result.Models).ShouldBe((1, 1, 0));
        (await Bin()).ShouldHaveSingleItem().Versions.ShouldBe(0);
    }

    /// <summary>What a process that dies leaves behind shows nowhere, and the next purge takes it away.</summary>
    [Fact]
    public async Task What_has_begun_is_gone_for_everybody_and_the_next_purge_goes_on_with_it()
    {
        for (var version = 0; version < 3; version++) await Home.Version("churn");
        await Delete("churn", 2);
        await Delete("churn");
        var item = (await Bin()).Single(item => item.Subject.StartsWith("models/", StringComparison.Ordinal));
        await Begin(item.Subject);

        (await Bin()).ShouldBeEmpty();
        (await Home.Bin.Waiting(null, Cancelled)).ShouldBe([WorkspaceId.Default]);
        (await Purge(deletedBefore: long.MinValue)).ShouldSatisfyAllConditions(result => result.Models.ShouldBe(1), result => result.Versions.ShouldBe(3));
        foreach (var table in _tables) (await Count(table)).ShouldBe(0, table);
        (await Home.Database.Read(t => t.Query<string>("SELECT digest FROM model_packages"), Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_version_that_another_was_copied_from_is_kept_until_the_copy_goes()
    {
        await Register("m", "s3://bucket/model");
        await Register("copy", "models:/m/1");
        await Delete("m");

        (await Purge()).Kept.ShouldHaveSingleItem().Reason.ShouldContain("copy version 1");
        await Delete("copy");
        (await Purge()).Models.ShouldBe(2, "though the one that was copied was deleted first");

        (await Count("model_versions")).ShouldBe(0);
    }

    [Fact]
    public async Task Models_that_are_copies_of_each_other_go_together_with_the_package_they_share()
    {
        var package = await Home.Package("the same");
        await Register("staging", "s3://bucket/model");
        await Register("production", "models:/staging/1");
        await Register("staging", "models:/production/1");
        await Write(t => t.Execute("UPDATE model_versions SET package_digest = @digest", new { digest = package.Hex }));
        await Delete("staging");
        var between = Now + 1;

        (await Home.Bin.Waiting(long.MaxValue, Cancelled)).ShouldBeEmpty("a version that is there stands on it");
        await Delete("production");
        (await Purge(between)).ShouldSatisfyAllConditions(result => result.Models.ShouldBe(0), result => result.Kept.ShouldHaveSingleItem().Name.ShouldBe("staging"));
        (await Home.Bin.Waiting(between, Cancelled)).ShouldBeEmpty("the other half has its time still");
        (await Home.Bin.Waiting(long.MaxValue, Cancelled)).ShouldBe([WorkspaceId.Default]);
        (await Look()).ShouldSatisfyAllConditions(look => look.Models.ShouldBe(2), look => look.Versions.ShouldBe(3), look => look.Files.ShouldBe(2), look => look.Kept.ShouldBeEmpty());
        (await Purge()).ShouldSatisfyAllConditions(result => result.Models.ShouldBe(2), result => result.Versions.ShouldBe(3), result => result.Kept.ShouldBeEmpty());

        foreach (var table in _tables) (await Count(table)).ShouldBe(0, table);
        (await Count("model_packages")).ShouldBe(0);
        (await Home.Packages.Open(WorkspaceId.Default, package, Cancelled)).Refusal!.Code.ShouldBe("package.missing");
    }

    /// <summary>A ring longer than what one transaction usually takes, and a model in it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Versions_that_were_copied_in_a_ring_go_together_or_stay_together(bool backwards)
    {
        const int ring = 47;
        await Register("whole", $"models:/m/{ring}");
        await Register("m", "models:/whole/1");
        for (var version = 2; version <= ring; version++) await Register("m", $"models:/m/{version - 1}");
        await Register("m", $"models:/m/{ring}");
        foreach (var version in Enumerable.Range(1, ring).Select(version => backwards ? ring + 1 - version : version)) await Delete("m", version);
        await Delete("whole");

        (await Look()).ShouldSatisfyAllConditions(look => (look.Models, look.Versions).ShouldBe((0, 0)), look => look.Kept.Count.ShouldBe(ring + 1));
        (await Purge()).ShouldSatisfyAllConditions(result => result.Versions.ShouldBe(0), result => result.Kept.Count.ShouldBe(ring + 1));
        await Delete("m", ring + 1);
        (await Look()).ShouldSatisfyAllConditions(look => (look.Models, look.Versions).ShouldBe((1, ring + 2)), look => look.Kept.ShouldBeEmpty());
        (await Purge()).ShouldSatisfyAllConditions(result => (result.Models, result.Versions).ShouldBe((1, ring + 2)), result => result.Kept.ShouldBeEmpty());

        (await Bin()).ShouldBeEmpty();
        (await Count("model_versions")).ShouldBe(0);
    }

    [Fact]
    public async Task Many_versions_go_at_once_with_all_that_is_theirs_and_nothing_else()
    {
        const int versions = 120;
        var package = await Home.Package("the same");
        for (var version = 1; version <= versions; version++) await Register("m", $"s3://bucket/{version}");
        await Write(t =>
        {
            t.Execute("UPDATE model_versions SET package_digest = @digest", new { digest = package.Hex });
            for (var version = 1; version <= versions; version++)
                VersionTable.PutTags(t, WorkspaceId.Default, "m", version, Enumerable.Range(0, 30).ToDictionary(tag => $"t{tag}", tag => "v", StringComparer.Ordinal));
        });
        for (var version = 1; version < versions; version++) await Delete("m", version);

        (await Purge()).Versions.ShouldBe(versions - 1);

        (await Count("model_versions")).ShouldBe(1);
        (await Count("model_version_tags")).ShouldBe(30);
        (await Home.Packages.Open(WorkspaceId.Default, package, Cancelled)).Refusal.ShouldBeNull("one version has it still");
        (await Count("purges")).ShouldBe(0);
    }

    [Fact]
    public async Task What_was_deleted_before_there_was_a_bin_stays_as_it_is()
    {
        await Home.Version("churn");
        await Home.Version("churn");
        await Write(t => t.Execute("UPDATE model_versions SET deleted_at = 1 WHERE version = 1"));
        await Delete("churn");

        (await Bin()).ShouldHaveSingleItem().Versions.ShouldBe(1);
        (await Purge()).Versions.ShouldBe(1);

        (await Count("model_versions")).ShouldBe(1);
    }

    private static Dictionary<string, string> Tags => new(StringComparer.Ordinal) { ["team"] = "crm" };

    private Task<bool> Delete(string model) => Later(t => DeleteModel.Delete(t, Admin, model, Now).Refusal.ShouldBeNull());

    private Task<bool> Delete(string model, long version) => Later(t => DeleteVersion.Delete(t, Admin, model, version, Now).Refusal.ShouldBeNull());

    private Task<bool> DeleteRun(string run) => Later(t => RunTable.Delete(t, Admin, RunTable.Find(t, WorkspaceId.Default, run)!, Now));

    private Task<bool> Register(string model, string source) => Later(t => Registration.FromOutside(t, Admin, model, new RegisterVersion(source), Now).Refusal.ShouldBeNull());

    private async Task<IReadOnlyList<Digest>> Packages(string model) => [.. (await Home.Database.Read(
        t => t.Query<string>("SELECT package_digest FROM model_versions WHERE model = @model ORDER BY version", new { model }), Cancelled)).Select(Digest.Parse)];
}
