using Cairn.Storage;

namespace Cairn.Bench.Tracking;

/// <summary>
/// Runs put into the tables themselves, as many searches for hyperparameters leave them: five params, five metrics and four tags each. Nine of ten
/// are of experiment 1, the others of <see cref="Experiments"/> - 1 more.
/// </summary>
internal sealed class FilledRuns(Database database, long runs)
{
    public const int Experiments = 60;

    private const int RunsAtOnce = 2_000;
    private const string Workspace = "default";
    private const long FirstStart = 1_750_000_000_000_000, Minute = 60_000_000;

    private static readonly string[] _metrics = ["acc", "auc", "f1", "loss", "rmse"];
    private static readonly string[] _tables = ["runs", "run_params", "run_tags", "run_latest_metrics"];

    /// <summary>The indexes are made anew afterwards, which takes less time than to fill them row by row.</summary>
    public async Task Fill(bool sqlite)
    {
        var indexes = await database.Read(transaction => transaction.Query<Index>(sqlite
            ? $"SELECT name, sql AS text FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('{string.Join("', '", _tables)}')"
            : $"SELECT indexname AS name, indexdef AS text FROM pg_indexes WHERE schemaname = current_schema() AND tablename IN ('{string.Join("', '", _tables)}') AND indexname NOT LIKE '%_pkey'"));
        await database.Write(transaction => indexes.Sum(index => transaction.Execute($"DROP INDEX {index.Name}")));
        await database.Write(transaction =>
        {
            for (var experiment = 1; experiment <= Experiments; experiment++)
                transaction.Execute("INSERT INTO experiments (workspace_id, experiment_id, name, lifecycle_stage, created_at, updated_at) VALUES (@Workspace, @experiment, @name, 'active', 0, 0)", new { Workspace, experiment, name = $"bench-{experiment}" });
            return true;
        });
        for (long first = 0; first < runs; first += RunsAtOnce)
            await database.Write(transaction => Insert(transaction, first, (int)Math.Min(RunsAtOnce, runs - first)));
        foreach (var index in indexes) await database.Write(transaction => transaction.Execute(index.Text));
    }

    public static string RunId(long number) => $"{number:x16}{(ulong)number * 0x9E3779B97F4A7C15:x16}";

    private static bool Insert(WriteTransaction transaction, long first, int count)
    {
        var made = Enumerable.Range(0, count).Select(at => new MadeRun(first + at)).ToArray();
        transaction.Insert(
            "runs", ("workspace_id", Each(made, _ => Workspace)), ("run_id", Each(made, run => run.Id)), ("experiment_id", Each(made, run => run.Experiment)), ("name", Each(made, run => run.Name)),
            ("status", Each(made, run => run.Status)), ("lifecycle_stage", Each(made, _ => "active")), ("user_name", Each(made, run => $"user-{run.Number % 20}")), ("started_at", Each(made, run => run.Start)),
            ("ended_at", Each(made, run => (long?)run.Start + (run.Draw.Next(1, 600) * 1_000_000L))));
        Texts(transaction, "run_params", made, run => run.Params);
        Texts(transaction, "run_tags", made, run => run.Tags);
        var metrics = made.SelectMany(run => run.Metrics.Select(metric => (run, metric.Key, metric.Value))).ToArray();
        transaction.Insert(
            "run_latest_metrics", ("workspace_id", Each(metrics, _ => Workspace)), ("run_id", Each(metrics, row => row.run.Id)), ("key", Each(metrics, row => row.Key)),
            ("experiment_id", Each(metrics, row => row.run.Experiment)), ("started_at", Each(metrics, row => row.run.Start)), ("timestamp", Each(metrics, row => row.run.Start)), ("step", Each(metrics, _ => 0L)),
            ("value", Each(metrics, row => row.Value)), ("is_nan", Each(metrics, _ => 0L)));
        return true;
    }

    private static void Texts(WriteTransaction transaction, string table, MadeRun[] made, Func<MadeRun, IReadOnlyList<(string Key, string Value)>> texts)
    {
        var rows = made.SelectMany(run => texts(run).Select(text => (run, text.Key, text.Value))).ToArray();
        transaction.Insert(
            table, ("workspace_id", Each(rows, _ => Workspace)), ("run_id", Each(rows, row => row.run.Id)), ("key", Each(rows, row => row.Key)), ("value", Each(rows, row => row.Value)),
            ("experiment_id", Each(rows, row => row.run.Experiment)), ("started_at", Each(rows, row => row.run.Start)));
    }

    private static TValue[] Each<T, TValue>(T[] rows, Func<T, TValue> value) => Array.ConvertAll(rows, row => value(row));

    private sealed class MadeRun
    {
        public MadeRun(long number)
        {
            (Number, Draw) = (number, new Random((int)number));
            Params =
            [
                ("batch", "32"), ("depth", $"{Draw.Next(1, 10)}"), ("lr", Draw.Next(4) switch { 0 => "0.1", 1 => "0.01", 2 => "0.001", _ => "1" }), ("opt", Draw.Next(2) == 0 ? "sgd" : "adam"), ("seed", $"{number}"),
            ];
            Tags = [("commit", $"{Draw.Next(1 << 20):x5}"), ("mlflow.runName", Name), ("stage", Draw.Next(1000) == 0 ? "release" : "trial"), ("team", $"team-{number % 7}")];
            Metrics = [.. _metrics.Select(key => (key, Draw.NextDouble()))];
        }

        public long Number { get; }

        public Random Draw { get; }

        public IReadOnlyList<(string Key, string Value)> Params { get; }

        public IReadOnlyList<(string Key, string Value)> Tags { get; }

        public IReadOnlyList<(string Key, double Value)> Metrics { get; }

        public string Id => RunId(Number);

        public string Name => $"wren-{Number * 7919 % 1_000_003}";

        public long Experiment => Number % 10 != 9 ? 1 : 2 + (Number / 10 % (Experiments - 1));

        public long Start => FirstStart + (Number * Minute);

        public string Status => Number % 5000 == 17 ? "failed" : "finished";
    }

    private sealed record Index
    {
        public string Name { get; init; } = "";

        public string Text { get; init; } = "";
    }
}
