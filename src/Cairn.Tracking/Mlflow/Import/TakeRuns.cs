using Cairn.Storage;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Naming;
using Cairn.Tracking.RunRecords;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>Runs keep their ids, so that what names them (the tag of a parent run, a model version) still finds them. One that is here already stays as it is.</summary>
internal static class TakeRuns
{
    private static readonly string[] _statuses = ["running", "scheduled", "finished", "failed", "killed"];

    public static async Task From(ImportWalk walk)
    {
        var (store, experiments) = (walk.Store, await walk.Experiments());
        await walk.Over(
            "runs", "runs", "runs",
            $"""
            x.run_uuid, x.experiment_id, COALESCE(NULLIF(x.name, ''), (SELECT t.value FROM tags t WHERE t.key = '{RunName.Tag}' AND t.run_uuid = x.run_uuid)),
            x.status, x.user_id, x.start_time, x.end_time, x.lifecycle_stage, {store.Column("runs", "deleted_time")}, e.lifecycle_stage, {(store.Has("experiments", "last_update_time") ? "e.last_update_time" : "NULL")}
            """,
            "LEFT JOIN experiments e ON e.experiment_id = x.experiment_id", 500,
            reader => new SourceRun
            {
                RunId = reader.Text(1), ExperimentId = reader.Whole(2) ?? -1, Name = reader.Text(3), Status = reader.Text(4).ToLowerInvariant(), UserName = reader.Text(5), StartedAt = reader.Time(6) ?? reader.Time(7) ?? 0,
                EndedAt = reader.Time(7), LifecycleStage = reader.Text(8), DeletedAt = reader.Time(9), ExperimentStage = reader.Text(10), ExperimentChangedAt = reader.Time(11),
            },
            (transaction, runs, tally) => Take(transaction, walk, experiments, runs, tally));
    }

    private static void Take(WriteTransaction transaction, ImportWalk walk, IReadOnlyDictionary<long, long> experiments, IReadOnlyList<SourceRun> given, StepTally tally)
    {
        var here = walk.Runs(transaction, given.Select(run => run.RunId));
        var taken = new List<SourceRun>(given.Count);
        foreach (var run in given)
        {
            if (here.ContainsKey(run.RunId)) tally.Here++;
            else if (!IsId(run.RunId)) tally.Refuse("run", run.RunId, "A run's id has 32 digits of 0-9 and a-f.");
            else if (!experiments.TryGetValue(run.ExperimentId, out var experiment)) tally.Refuse("run", run.RunId, run.ExperimentStage.Length == 0 ? $"The store has no experiment {run.ExperimentId}." : $"Its experiment {run.ExperimentId} was not taken.");
            else taken.Add(Checked(run, tally) with { ExperimentId = experiment });
        }

        if (taken.Count == 0) return;
        var (workspace, ids) = (Tags.Repeated(walk.Workspace.Value, taken.Count), taken.ConvertAll(run => run.RunId).ToArray());
        transaction.Insert(
            "runs", ("workspace_id", workspace), ("run_id", ids), ("experiment_id", taken.ConvertAll(run => run.ExperimentId).ToArray()), ("name", taken.ConvertAll(run => run.Name).ToArray()),
            ("status", taken.ConvertAll(run => run.Status).ToArray()), ("lifecycle_stage", taken.ConvertAll(run => run.LifecycleStage).ToArray()), ("user_name", taken.ConvertAll(run => run.UserName).ToArray()),
            ("started_at", taken.ConvertAll(run => run.StartedAt).ToArray()), ("ended_at", taken.ConvertAll(run => run.EndedAt).ToArray()), ("deleted_at", taken.ConvertAll(run => run.DeletedAt is null ? (long?)null : walk.Now).ToArray())); // their time in the bin begins here
        transaction.InsertOr(
            "run_tags", "ON CONFLICT DO NOTHING", ("workspace_id", workspace), ("run_id", ids), ("key", Tags.Repeated(RunName.Tag, taken.Count)), ("value", taken.ConvertAll(run => run.Name).ToArray()),
            ("experiment_id", taken.ConvertAll(run => run.ExperimentId).ToArray()), ("started_at", taken.ConvertAll(run => run.StartedAt).ToArray()));
        tally.Taken += taken.Count;
    }

    private static SourceRun Checked(SourceRun run, StepTally tally)
    {
        if (Names.Run(run.Name) is { } bad)
        {
            if (run.Name.Length > 0) tally.Note("run", run.RunId, $"It is called by its id. {bad.Detail}");
            run = run with { Name = run.RunId };
        }

        // MLflow marks the runs of an experiment that it deletes, after the experiment itself; here they count as deleted without a mark, and come back with it.
        var own = run.LifecycleStage == Lifecycle.Deleted && !(run.ExperimentStage == Lifecycle.Deleted && run.DeletedAt >= run.ExperimentChangedAt);
        return run with
        {
            Status = _statuses.Contains(run.Status, StringComparer.Ordinal) ? run.Status : run.EndedAt is null ? RunStatus.Running : "finished",
            UserName = Names.Value("", "", run.UserName, 1000) is null ? run.UserName : "",
            LifecycleStage = own ? Lifecycle.Deleted : Lifecycle.Active,
            DeletedAt = own ? run.DeletedAt ?? run.EndedAt ?? run.StartedAt : null,
        };
    }

    private static bool IsId(string id) => id.Length == 32 && id.All(char.IsAsciiHexDigitLower);

    private sealed record SourceRun : Run
    {
        public long? DeletedAt { get; init; }

        public long? ExperimentChangedAt { get; init; }
    }
}
