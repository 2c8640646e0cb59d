using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Naming;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>Params and tags of whatever has them, each with its whole value, also where it is longer than a client may log. One that is here already stays.</summary>
internal static class TakeTexts
{
    private const int RowsAtOnce = 2000, Longest = 16 << 20;

    public static Task OfExperiments(ImportWalk walk, IReadOnlyDictionary<long, long> experiments) => From(
        walk, "experiment_tags", "experiment tag", "experiment_tags", "x.experiment_id, x.key, x.value", Names.TagKey,
        (_, owners) => owners.Where(owner => Mapped(experiments, owner) is not null).ToDictionary(owner => owner, _ => true, StringComparer.Ordinal),
        "experiment_tags", (rows, _) => [("experiment_id", rows.ConvertAll(row => Mapped(experiments, row.Owner)!.Value).ToArray())]);

    public static Task Params(ImportWalk walk) => From(
        walk, "params", "param", "params", "x.run_uuid, x.key, x.value", Names.Key, walk.Runs, "run_params", OfRun);

    public static Task OfRuns(ImportWalk walk) => From(
        walk, "tags", "tag", "tags", "x.run_uuid, x.key, x.value", Names.Key, walk.Runs, "run_tags", OfRun);

    /// <param name="params">Else their tags.</param>
    public static Task OfLoggedModels(ImportWalk walk, bool @params) => From(
        walk, @params ? "logged_model_params" : "logged_model_tags", @params ? "logged model param" : "logged model tag", @params ? "logged_model_params" : "logged_model_tags",
        @params ? "x.model_id, x.param_key, x.param_value" : "x.model_id, x.tag_key, x.tag_value", @params ? Names.Key : Names.TagKey, (transaction, owners) => TakeLoggedModels.Known(transaction, walk, owners),
        @params ? "logged_model_params" : "logged_model_tags", (rows, _) => [("model_id", rows.ConvertAll(row => row.Owner).ToArray())]);

    public static Task OfModels(ImportWalk walk) => From(
        walk, "registered_model_tags", "model tag", "registered_model_tags", "x.name, x.key, x.value", Names.TagKey, (transaction, owners) => TakeRegistry.Taken(transaction, walk, owners),
        "model_tags", (rows, _) => [("model", rows.ConvertAll(row => row.Owner).ToArray())]);

    /// <remarks>The owner is number and model: <c>3/churn</c>.</remarks>
    public static Task OfVersions(ImportWalk walk) => From(
        walk, "model_version_tags", "version tag", "model_version_tags", "x.version || '/' || x.name, x.key, x.value", Names.TagKey, (transaction, owners) => TakeRegistry.TakenVersions(transaction, walk, owners),
        "model_version_tags",
        (rows, versions) => [("model", rows.ConvertAll(row => versions[row.Owner].Model).ToArray()), ("version", rows.ConvertAll(row => versions[row.Owner].Version).ToArray())]);

    private static (string, Array)[] OfRun(List<KeyValue> rows, IReadOnlyDictionary<string, KnownRun> runs) =>
    [
        ("run_id", rows.ConvertAll(row => row.Owner).ToArray()), ("experiment_id", rows.ConvertAll(row => runs[row.Owner].ExperimentId).ToArray()),
        ("started_at", rows.ConvertAll(row => runs[row.Owner].StartedAt).ToArray()),
    ];

    /// <param name="columns">Owner, key, value.</param>
    /// <param name="known">Those of the owners that are here.</param>
    /// <param name="owner">The columns by which a row belongs to its owner.</param>
    private static Task From<T>(
        ImportWalk walk, string step, string what, string table, string columns, Func<string?, Refusal?> key, Func<ReadTransaction, IEnumerable<string>, IReadOnlyDictionary<string, T>> known,
        string target, Func<List<KeyValue>, IReadOnlyDictionary<string, T>, (string, Array)[]> owner) => walk.Over(
        step, what + "s", table, columns, "", RowsAtOnce, reader => new KeyValue { Owner = reader.Text(1), Key = reader.Text(2), Value = reader.Text(3) },
        (transaction, given, tally) =>
        {
            var owners = known(transaction, given.Select(row => row.Owner).Distinct(StringComparer.Ordinal));
            var rows = new List<KeyValue>(given.Count);
            foreach (var row in given)
            {
                if (!owners.ContainsKey(row.Owner)) tally.Refuse(what, $"{row.Owner} {row.Key}", "What it belongs to was not taken.");
                else if ((key(row.Key) ?? Names.Value("", "Its value", row.Value, Longest)) is { } bad) tally.Refuse(what, $"{row.Owner} {row.Key}", bad.Detail);
                else rows.Add(row);
            }

            tally.Taken += rows.Count;
            if (rows.Count == 0) return;
            transaction.InsertOr(
                target, "ON CONFLICT DO NOTHING",
                [
                    ("workspace_id", Tags.Repeated(walk.Workspace.Value, rows.Count)), .. owner(rows, owners), ("key", rows.ConvertAll(row => row.Key).ToArray()),
                    ("value", rows.ConvertAll(row => row.Value).ToArray()),
                ]);
        });

    private static long? Mapped(IReadOnlyDictionary<long, long> experiments, string owner) =>
        long.TryParse(owner, System.Globalization.CultureInfo.InvariantCulture, out var id) && experiments.TryGetValue(id, out var mapped) ? mapped : null;
}
