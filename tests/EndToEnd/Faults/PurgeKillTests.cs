using System.Globalization;
using Cairn.EndToEnd.Tests.Running;
using Cairn.Kernel;
using Cairn.Unit.Tests.Tracking;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>kill -9 again and again while the bin is purged: what was not deleted is whole, what shows is whole, and the same command goes on.</summary>
[Collection("kills")]
public class PurgeKillTests
{
    private const int Runs = 1500, Metrics = 4, Points = 10, Files = 300;

    /// <value>A few, or what <c>make torture</c> asks for: a hundred at most, for each waits until some more is gone.</value>
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("TORTURE_KILLS"), CultureInfo.InvariantCulture, out var kills) ? Math.Min(kills, 100) : 5;

    /// <summary>Runs of experiments that are there for somebody.</summary>
    private const string Visible = "SELECT r.run_id FROM runs r WHERE r.experiment_id IN (SELECT experiment_id FROM experiments WHERE lifecycle_stage <> 'purged')";

    [Fact]
    public async Task A_purge_killed_again_and_again_loses_nothing_else_and_gets_to_its_end()
    {
        using var folder = new TestFolder();
        using var store = new MlflowStoreFile(folder["mlflow.db"]);
        store.Experiment(0, "Default");
        store.Experiment(1, "many");
        store.Experiment(2, "gone", deleted: true);
        store.Many(Runs, Metrics, Points);
        // A third stays, a third was deleted run by run, a third goes with its experiment.
        store.Run("UPDATE runs SET lifecycle_stage = 'deleted', deleted_time = 5000 WHERE rowid % 3 = 1; UPDATE runs SET experiment_id = 2 WHERE rowid % 3 = 2");
        for (var run = 1; run <= Files; run++) store.Artifact(MlflowStoreFile.Id(run), "model/MLmodel", $"flavors: {{}} # {run}", 1);
        (await CairnProcess.Run(folder, "import", "mlflow", "mlflow.db")).ShouldSucceed();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder.Home, "blobs"), "*", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-2));
        var stay = StoredRows.Of(folder, "SELECT run_id FROM runs WHERE experiment_id = 1 AND lifecycle_stage = 'active'");
        stay.Count.ShouldBe(Runs / 3);

        // Each kill waits until its share of what there is to take away is gone, so that they fall all over the purge.
        const int all = Runs * Metrics * Points, goes = all * 2 / 3;
        for (var kill = 1; kill <= Kills; kill++)
        {
            await Kill(folder, all - ((long)goes * kill / (Kills + 1)));
            StoredRows.Of(folder, $"{Visible} AND (SELECT COUNT(*) FROM run_metrics m WHERE m.run_id = r.run_id) <> {Metrics * Points}").ShouldBeEmpty($"after kill {kill}");
        }

        (await CairnProcess.Run(folder, "bin", "purge", "--all")).ShouldSucceed().Out.ShouldContain("Removed");

        StoredRows.Of(folder, "SELECT run_id FROM runs").ShouldBe(stay, ignoreOrder: true);
        StoredRows.Of(folder, "SELECT name FROM experiments ORDER BY experiment_id").ShouldBe(["Default", "many"]);
        foreach (var table in (string[])["run_metrics", "run_latest_metrics", "run_params", "run_tags", "run_artifacts"])
            StoredRows.Of(folder, $"SELECT DISTINCT run_id FROM {table} WHERE run_id NOT IN (SELECT run_id FROM runs)").ShouldBeEmpty(table);
        StoredRows.Of(folder, "SELECT COUNT(*) FROM run_metrics").ShouldBe([(all - goes).ToString(CultureInfo.InvariantCulture)]);
        StoredRows.Of(folder, "SELECT COUNT(*) FROM purges").ShouldBe(["0"]);
        StoredRows.Of(folder, "SELECT COUNT(*) FROM unnamed_blobs").ShouldBe(["0"]);
        for (var run = 1; run <= Files; run++)
        {
            var digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes($"flavors: {{}} # {run}")).Hex;
            File.Exists(Path.Combine(folder.Home, "blobs", digest[..2], digest)).ShouldBe(stay.Contains(MlflowStoreFile.Id(run), StringComparer.Ordinal), $"the file of run {run}");
        }

        (await CairnProcess.Run(folder, "bin")).ShouldSucceed();
    }

    /// <summary>Kills the command as soon as so little is left, whatever it is doing then.</summary>
    private static async Task Kill(TestFolder folder, long left)
    {
        using var killed = CairnProcess.Start(folder, "bin", "purge", "--all");
        while (StoredRows.Count(folder, "run_metrics") > left)
        {
            if (killed.HasExited) throw new InvalidOperationException((await killed.End()).All);
            await Task.Delay(2);
        }

        killed.Kill();
    }
}
