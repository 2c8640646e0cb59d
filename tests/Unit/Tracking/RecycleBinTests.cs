using System.Text;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Recycling;
using Cairn.Tracking.RunRecords;
using Cairn.Tracking.Search;

namespace Cairn.Unit.Tests.Tracking;

public sealed class RecycleBinOnSqlite : RecycleBinTests
{
    protected override bool Postgres => false;
}

public sealed class RecycleBinOnPostgres : RecycleBinTests
{
    protected override bool Postgres => true;
}

public abstract class RecycleBinTests : PurgeTests
{
    [Fact]
    public async Task A_purged_run_leaves_no_row_and_its_neighbours_keep_theirs()
    {
        var (gone, stays) = (await Run(points: 1234), await Run(points: 3));
        await Delete(gone);

        (await Purge()).ShouldSatisfyAllConditions(result => result.Runs.ShouldBe(1), result => result.Experiments.ShouldBe(0));

        (await Rows(gone)).ShouldBe(0);
        (await Rows(stays)).ShouldBe(3 + 1 + 1 + 2 + 1 + 1);
        (await Home.Runs.Find(WorkspaceId.Default, gone, Cancelled)).ShouldBeNull();
        (await Home.Runs.Find(WorkspaceId.Default, stays, Cancelled)).ShouldNotBeNull();
        (await Count("purges")).ShouldBe(0);
    }

    [Fact]
    public async Task A_purged_experiment_takes_all_its_runs_and_frees_its_name()
    {
        var experiment = await Experiment("churn");
        var runs = new List<string>();
        for (var run = 0; run < 130; run++) runs.Add(await Run(experiment, points: 2));
        await Delete(runs[7]);
        await DeleteExperiment(experiment);

        var result = await Purge();

        (result.Experiments, result.Runs).ShouldBe((1, 130));
        foreach (var run in runs) (await Rows(run)).ShouldBe(0);
        var again = await Experiment("churn");
        again.ShouldNotBe(experiment, StringComparer.Ordinal);
        (await Count("purges")).ShouldBe(0);
    }

    /// <summary>What a process that dies leaves behind shows nowhere, and the next purge takes it away.</summary>
    [Fact]
    public async Task What_has_begun_is_gone_for_everybody_and_the_next_purge_goes_on_with_it()
    {
        var experiment = await Experiment("churn");
        var run = await Run(experiment, points: 2);
        await DeleteExperiment(experiment);
        await Begin($"experiments/{experiment}");

        (await Home.Runs.Find(WorkspaceId.Default, run, Cancelled)).ShouldBeNull();
        (await Home.Runs.Log(Admin, run, new LogBatch(Tags: new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" }), Cancelled)).Refusal!.Code.ShouldBe("run.unknown");
        (await Home.Database.Read(t => new RunSearch(new(WorkspaceId.Default, null, null, null, null, []), RunOrder.Parse(null).Value, new(null, null, null), 100, null).Page(t), Cancelled)).Items.ShouldBeEmpty();
        (await Home.Database.Read(t => new RunSearch(new(WorkspaceId.Default, null, null, null, "deleted", []), RunOrder.Parse(null).Value, new(null, null, null), 100, null).Page(t), Cancelled)).Items.ShouldBeEmpty();
        (await Bin()).ShouldBeEmpty();
        (await Home.Bin.Waiting(null, Cancelled)).ShouldBe([WorkspaceId.Default]);
        var again = await Experiment("churn");
        again.ShouldNotBe(experiment, StringComparer.Ordinal);

        (await Purge(deletedBefore: long.MinValue)).Experiments.ShouldBe(1);
        (await Rows(run)).ShouldBe(0);
        (await Home.Bin.Waiting(null, Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_restored_after_it_was_seen_is_not_purged()
    {
        var run = await Run();
        await Delete(run);
        var seen = await Home.Database.Read(t => BinContents.Find(t, WorkspaceId.Default, BinKind.Runs, run)!, Cancelled);
        await Write(t => RunTable.Restore(t, Admin, RunTable.Find(t, WorkspaceId.Default, run)!));

        await Write(t => Purging.Begin(t, Admin, [seen], 1).ShouldBeEmpty());

        await Delete(run); // at another time: it was not this that was seen
        await Write(t => Purging.Begin(t, Admin, [seen], 1).ShouldBeEmpty());
        (await Home.Runs.Find(WorkspaceId.Default, run, Cancelled)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Only_what_was_deleted_before_the_time_goes()
    {
        var (early, late) = (await Run(), await Run());
        await Delete(early);
        var between = (await Bin())[0].DeletedAt + 1;
        await Delete(late);

        (await Purge(deletedBefore: between)).Runs.ShouldBe(1);

        (await Bin()).ShouldHaveSingleItem().Subject.ShouldBe($"runs/{late}");
        (await Home.Bin.Waiting(between, Cancelled)).ShouldBeEmpty();
        (await Home.Bin.Waiting(long.MaxValue, Cancelled)).ShouldBe([WorkspaceId.Default]);
    }

    [Fact]
    public async Task What_a_registered_version_stands_on_is_kept_and_its_experiment_too()
    {
        var experiment = await Experiment("churn");
        var run = await Run(experiment);
        await Home.Models.Register(Admin, "churn", run, await Home.Package("model"), new Dictionary<string, string>(StringComparer.Ordinal), Cancelled);
        await Delete(run);
        await DeleteExperiment(experiment);

        var result = await Purge();

        (result.Runs, result.Experiments).ShouldBe((0, 0));
        result.Kept.Select(kept => kept.Subject).ShouldBe([$"runs/{run}", $"experiments/{experiment}"]);
        result.Kept[0].Reason.ShouldContain("churn version 1");
        (await Bin()).ShouldAllBe(item => item.PurgeAt == null && item.Kept != null);
        (await Home.Bin.Check(WorkspaceId.Default, [$"runs/{run}"], Cancelled))!.Code.ShouldBe("bin.kept");
        (await Home.Bin.Waiting(long.MaxValue, Cancelled)).ShouldBeEmpty("else every look would start a purge that does nothing");
    }

    [Fact]
    public async Task The_default_experiment_stays()
    {
        await Run();
        await DeleteExperiment("0");

        (await Purge()).Kept.ShouldHaveSingleItem().Subject.ShouldBe("experiments/0");
        (await Home.Bin.Waiting(long.MaxValue, Cancelled)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_list_says_who_deleted_what_it_holds_and_when_it_goes()
    {
        var experiment = await Experiment("churn");
        for (var run = 0; run < 3; run++) await Run(experiment);
        var single = await Run(name: "lonely");
        await DeleteExperiment(experiment);
        await Delete(single);

        var items = await Bin();

        items.Select(item => item.Subject).ShouldBe([$"runs/{single}", $"experiments/{experiment}"]);
        items[0].ShouldSatisfyAllConditions(
            item => item.Name.ShouldBe("lonely"), item => item.DeletedBy.ShouldBe("local-admin"), item => item.Files.ShouldBe(1), item => item.ExperimentId.ShouldBe("0"),
            item => item.PurgeAt.ShouldBe(item.DeletedAt + (30 * 86_400_000_000L)));
        items[1].ShouldSatisfyAllConditions(item => item.Runs.ShouldBe(3), item => item.Files.ShouldBe(3), item => item.Bytes.ShouldBeGreaterThan(3));
        (await Bin(TrackingHome.Neighbour.Workspace)).ShouldBeEmpty();
        (await Home.Bin.Purge(TrackingHome.Neighbour, null, long.MaxValue, (_, _) => { }, Cancelled)).Runs.ShouldBe(0);
        (await Bin()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_list_is_paged()
    {
        for (var run = 0; run < 7; run++) await Delete(await Run());
        var all = await Bin();
        var (paged, place) = (new List<string>(), default(BinContents.Place));
        do
        {
            var page = await Home.Database.Read(t => BinContents.Page(t, WorkspaceId.Default, 3, place, 30, BinKind.All), Cancelled);
            paged.AddRange(page.Items.Select(item => item.Subject));
            place = page.NextPageToken is { } token ? BinContents.Place.Read(token).Value : null;
        }
        while (place is not null);

        paged.ShouldBe(all.Select(item => item.Subject));
    }

    [Fact]
    public async Task A_dry_run_counts_what_a_purge_then_frees()
    {
        var (one, two, stays) = (await Run(file: "shared"), await Run(file: "alone"), await Run(file: "shared"));
        await Delete(one);
        await Delete(two);

        var look = await Look();
        (look.Runs, look.Files, look.Bytes).ShouldBe((2, 1, 5));
        (await Bin()).Count.ShouldBe(2);

        await Purge();
        await Age();
        (await Home.Unnamed.Remove(null, Cancelled)).ShouldBe(new(1, 5, 0));
        await Delete(stays);
        await Purge();
        (await Home.Unnamed.Remove(null, Cancelled)).ShouldBe(new(1, 6, 0));
    }

    [Fact]
    public async Task A_file_that_a_package_has_too_stays()
    {
        var run = await Run(file: "model");
        await Home.Package("model");
        await Delete(run);

        (await Look()).Files.ShouldBe(0);
        await Purge();
        await Age();

        (await Home.Unnamed.Remove(null, Cancelled)).ShouldBe(default);
        (await Home.Blobs.Verify(Digest.Of("model"u8), Cancelled)).ShouldBeTrue();
    }

    /// <summary>The same bytes are uploaded to another run while the purge of the first removes them: the upload can always be read.</summary>
    [Fact]
    public async Task An_upload_of_the_same_bytes_while_they_are_purged_keeps_them()
    {
        var target = await Run();
        for (var round = 0; round < 200; round++)
        {
            var content = $"round {round}";
            await Delete(await Run(file: content));
            await Age();
            await Task.WhenAll(
                Task.Run(
                    async () =>
                    {
                        await Purge();
                        await Home.Unnamed.Remove(null, Cancelled);
                    },
                    Cancelled),
                Task.Run(() => Upload(target, content, $"f{round}"), Cancelled));
            await Home.Unnamed.Remove(null, Cancelled);

            (await Home.Blobs.Verify(Digest.Of(Encoding.UTF8.GetBytes(content)), Cancelled)).ShouldBeTrue(content);
        }
    }

    [Fact]
    public async Task A_file_that_is_replaced_goes_too()
    {
        var run = await Run(file: "first");
        await Upload(run, "second", "file.txt");
        await Age();

        (await Home.Unnamed.Remove(null, Cancelled)).ShouldBe(new(1, 5, 0));

        (await Home.Blobs.Verify(Digest.Of("second"u8), Cancelled)).ShouldBeTrue();
    }

    private async Task<string> Experiment(string name) => (await Home.Runs.EnsureExperiment(Admin, name, Cancelled)).Value;

    private async Task<string> Run(string experiment = "0", string? name = null, int points = 1, string file = "content")
    {
        var run = (await Home.Runs.Start(Admin, new CreateRun(experiment, name), Cancelled)).Value;
        var metrics = Enumerable.Range(0, points).Select(step => new MetricPoint("loss", step / 3.0, step, step + 1)).ToList();
        foreach (var some in metrics.Chunk(1000)) (await Home.Runs.Log(Admin, run, new LogBatch(some), Cancelled)).Refusal.ShouldBeNull();
        var (parameters, tags) = (new Dictionary<string, string>(StringComparer.Ordinal) { ["depth"] = "3" }, new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "crm" });
        (await Home.Runs.Log(Admin, run, new LogBatch(Params: parameters, Tags: tags), Cancelled)).Refusal.ShouldBeNull();
        (await Home.Runs.LogInput(Admin, run, new("customers", new string('a', 64), "training"), Cancelled)).Refusal.ShouldBeNull();
        await Upload(run, file, "file.txt");
        return run;
    }

    private async Task Upload(string run, string content, string path) =>
        (await Home.Runs.LogArtifact(Admin, run, path, new MemoryStream(Encoding.UTF8.GetBytes(content)), Cancelled)).Refusal.ShouldBeNull();

    private Task<bool> Delete(string run) => Later(t => RunTable.Delete(t, Admin, RunTable.Find(t, WorkspaceId.Default, run)!, Now));

    private Task<bool> DeleteExperiment(string experiment) => Write(t => ExperimentTable.Delete(t, Admin, ExperimentTable.Require(t, WorkspaceId.Default, experiment).Value, Now));

    private async Task<long> Rows(string run)
    {
        var rows = 0L;
        foreach (var table in (string[])["run_metrics", "run_latest_metrics", "run_params", "run_tags", "run_inputs", "run_artifacts"])
            rows += await Home.Database.Read(t => t.Scalar<long>($"SELECT COUNT(*) FROM {table} WHERE run_id = @run", new { run }), Cancelled);
        return rows;
    }
}
