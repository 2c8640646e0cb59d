using Cairn.EndToEnd.Tests.Running;
using Cairn.Storage;
using Cairn.Unit.Tests.Tracking;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>kill -9, twenty-five times while a store of MLflow is taken in: the same command goes on, and in the end everything is there once.</summary>
[Collection("kills")]
public class ImportKillTests
{
    private const int Runs = 1500, Metrics = 4, Points = 10, Kills = 10;

    [Fact]
    public async Task An_import_killed_again_and_again_has_every_row_and_file_once()
    {
        using var folder = new TestFolder();
        using var store = new MlflowStoreFile(folder["mlflow.db"]);
        store.Experiment(0, "Default");
        store.Experiment(1, "many");
        store.Many(Runs, Metrics, Points);
        store.Run(
            """
            INSERT INTO registered_models SELECT 'model-' || (rowid % 100), 1000, 2000, '' FROM runs WHERE rowid <= 100;
            INSERT INTO model_versions SELECT 'model-' || (rowid % 100), 1 + (rowid - 1) / 100, 1000, 2000, '', 'ada', 'None', artifact_uri || '/model', run_uuid, 'READY', NULL, '', NULL FROM runs WHERE rowid < 1000;
            INSERT INTO registered_model_aliases SELECT 'champion', 1, name FROM registered_models;
            """);
        for (var run = 1; run <= 300; run++) store.Artifact(MlflowStoreFile.Id(run), "model/MLmodel", $"flavors: {{}} # {run}", 1);

        // Each kill waits for a twenty-sixth of what there is to take, so that they fall all over the import.
        var everything = Runs * (1 + 2 + 2 + (Metrics * Points)) + 100 + 999 + 100 + 300;
        for (var kill = 1; kill <= Kills; kill++) await Kill(folder, (long)everything * kill / (Kills + 1));
        var goesOn = (await CairnProcess.Run(folder, "import", "mlflow", "mlflow.db")).ShouldSucceed();

        goesOn.Out.ShouldContain("goes on where it stopped");
        Rows(Path.Combine(folder.Home, "cairn.db"), "SELECT DISTINCT import_id FROM mlflow_imports").ShouldHaveSingleItem(); // no kill came after an end
        goesOn.Out.Split('\n').Where(line => line.StartsWith("Not taken:", StringComparison.Ordinal)).ShouldBeEmpty();
        Same(folder, "SELECT run_uuid, name, start_time * 1000, end_time * 1000, experiment_id FROM runs", "SELECT run_id, name, started_at, ended_at, experiment_id FROM runs");
        Same(folder, "SELECT run_uuid, key, value FROM params", "SELECT run_id, key, value FROM run_params");
        Same(folder, "SELECT run_uuid, key, value FROM tags", "SELECT run_id, key, value FROM run_tags");
        Same(folder, "SELECT run_uuid, key, timestamp * 1000, step, value, is_nan FROM metrics", "SELECT run_id, key, timestamp, step, value, is_nan FROM run_metrics");
        Same(folder, "SELECT run_uuid, key, timestamp * 1000, step, value, is_nan FROM latest_metrics", "SELECT run_id, key, timestamp, step, value, is_nan FROM run_latest_metrics");
        Same(folder, "SELECT name, version, run_id FROM model_versions", "SELECT model, version, run_id FROM model_versions");
        Same(folder, "SELECT name, alias, version FROM registered_model_aliases", "SELECT model, alias, version FROM model_aliases");
        Same(folder, "SELECT name, version FROM registered_model_aliases", "SELECT model, version FROM promotions");
        Same(folder, "SELECT run_uuid, 'model/MLmodel' FROM runs WHERE rowid <= 300", "SELECT run_id, path FROM run_artifacts");
        var counts = goesOn.Out.Split('\n').Where(line => line.Contains("metric points", StringComparison.Ordinal)).ToList();
        counts.ShouldHaveSingleItem().ShouldContain($"{Runs * Metrics * Points:N0}");
        (await CairnProcess.Run(folder, "import", "mlflow", "mlflow.db", "--json")).ShouldSucceed().Json.GetProperty("counts").EnumerateArray()
            .Single(count => count.GetProperty("kind").GetString() == "runs").GetProperty("here").GetInt64().ShouldBe(Runs);
    }

    /// <summary>Kills the command as soon as so much is taken, whatever it is doing then.</summary>
    private static async Task Kill(TestFolder folder, long taken)
    {
        using var killed = CairnProcess.Start(folder, "import", "mlflow", "mlflow.db");
        while (Taken(folder) < taken)
        {
            if (killed.HasExited) throw new InvalidOperationException((await killed.End()).All);
            await Task.Delay(2);
        }

        killed.Kill();
    }

    private static long Taken(TestFolder folder)
    {
        var file = Path.Combine(folder.Home, "cairn.db");
        if (!File.Exists(file)) return 0;
        try
        {
            return Rows(file, "SELECT COALESCE(SUM(taken + here), 0) FROM mlflow_imports") is [var sum] ? long.Parse(sum, System.Globalization.CultureInfo.InvariantCulture) : 0;
        }
        catch (System.Data.Common.DbException)
        {
            return 0; // the tables are not made yet
        }
    }

    private static void Same(TestFolder folder, string theirs, string ours) =>
        Rows(Path.Combine(folder.Home, "cairn.db"), ours).Order(StringComparer.Ordinal).ShouldBe(Rows(folder["mlflow.db"], theirs).Order(StringComparer.Ordinal), ours);

    private static List<string> Rows(string file, string sql)
    {
        using var connection = OutsideDatabase.OfFile(file).Open(write: false);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(column => Convert.ToString(reader.GetValue(column), System.Globalization.CultureInfo.InvariantCulture))));
        return rows;
    }
}
