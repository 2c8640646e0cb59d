using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Projects.Revisions;
using Cairn.Tracking;

namespace Cairn.Projects.Lifecycle;

/// <summary>
/// The task <c>train:ALGORITHM</c>: one candidate in a tracked run of its own. Its run id is noted before the run is opened, so
/// whatever moment the process dies at, the run is found again: taken up by a retry, ended as killed by the next start.
/// </summary>
internal sealed class TrainAlgorithm(Workbench bench, Runs runs, ProjectTables tables, TimeProvider clock)
{
    public static string CacheKey(string learningKey, string algorithm) => $"train/{learningKey}/{algorithm}";

    public async Task<Answer<string>> Run(TaskContext context, LifecycleParameters parameters, string algorithm, CancellationToken cancellation)
    {
        var prepared = await bench.Preparation(context, parameters, cancellation);
        if (prepared.Refusal is { } refusal) return refusal;

        var opened = await OpenRun(context, parameters, algorithm, cancellation);
        if (opened.Refusal is { } closed) return closed;
        var run = opened.Value;
        var ended = "failed";
        try
        {
            var trained = await Train(context, prepared.Value, run, algorithm, cancellation);
            if (trained.Refusal is null) ended = "finished";
            return trained;
        }
        catch (OperationCanceledException)
        {
            ended = "killed";
            throw;
        }
        finally
        {
            await runs.End(context.Caller, run.RunId, ended, CancellationToken.None);
            await tables.EndTrainingRun(context.Caller.Workspace.Value, run.RunId);
        }
    }

    private async Task<Answer<RunWire>> OpenRun(TaskContext context, LifecycleParameters parameters, string algorithm, CancellationToken cancellation)
    {
        var experiment = await runs.EnsureExperiment(context.Caller, parameters.Project, cancellation);
        if (experiment.Refusal is { } refusal) return refusal;

        var id = Uuid7.New(clock);
        await tables.SaveTrainingRun(new() { WorkspaceId = context.Caller.Workspace.Value, FlowRunId = context.FlowRunId, Task = $"train:{algorithm}", RunId = id });
        var snapshot = context.ResultOf<SnapshotResult>("snapshot");
        var started = await runs.Start(
            context.Caller, id,
            new CreateRun(experiment.Value, $"{algorithm}-{id[..12]}", new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["cairn.project"] = parameters.Project, ["cairn.revision"] = parameters.Revision, ["cairn.flow_run"] = context.FlowRunId,
                ["cairn.algorithm"] = algorithm, ["cairn.dataset"] = $"{snapshot.Dataset}@{snapshot.Version}", ["cairn.dataset_digest"] = snapshot.Digest,
            }),
            cancellation);
        if (started.Refusal is { } notStarted) return notStarted;
        var input = await runs.LogInput(context.Caller, id, new DatasetInputWire(snapshot.Dataset, snapshot.Digest, "training"), cancellation);
        if (input.Refusal is { } notLogged) return notLogged;
        return await runs.Find(context.Caller.Workspace, id, cancellation) ?? throw new InvalidOperationException($"Run {id} was just started and is gone.");
    }

    private async Task<Answer<string>> Train(TaskContext context, Preparation preparation, RunWire run, string algorithm, CancellationToken cancellation)
    {
        var progress = new Progress(p => context.Report(p.Done, p.Message));
        var trained = await Workbench.Aside(() => Training.Train(preparation, algorithm, progress, cancellation), cancellation);
        if (trained.Refusal is { } refusal) return refusal;

        var candidate = trained.Value;
        bench.Put(context, candidate);
        var saved = await bench.Store(candidate.Save(), cancellation);
        var logged = await runs.Log(context.Caller, run.RunId, new(Metrics(candidate, preparation.Task.Tune, run), Params(candidate, preparation.Task)), cancellation);
        if (logged.Refusal is { } notLogged) return notLogged;

        var metric = preparation.Task.Tune.Metric;
        var (auc, loss) = (candidate.CrossValidated["roc_auc"], candidate.CrossValidated["log_loss"]);
        context.Report(1, $"ROC AUC {auc.Mean:0.0000} ± {auc.Deviation:0.0000} over {preparation.Task.Tune.Folds} x {preparation.Task.Tune.Repeats} folds, {candidate.Seconds:0.0} s");
        return Results.Write(new TrainResult(
            algorithm, run.RunId, run.ExperimentId, saved, candidate.CrossValidated[metric].Mean, auc.Mean, auc.Deviation, loss.Mean, candidate.Seconds));
    }

    /// <summary>All at the time the run began: logging them again after a crash adds no second point.</summary>
    private static List<MetricPoint> Metrics(Candidate candidate, TuneChoice tune, RunWire run) =>
    [
        .. candidate.Trials.Select((value, trial) => new MetricPoint($"trial.{tune.Metric}", value, trial, run.StartedAt)),
        .. candidate.CrossValidated.Select(m => new MetricPoint($"cv.{m.Key}", m.Value.Mean, 0, run.StartedAt)),
        .. candidate.CrossValidated.Select(m => new MetricPoint($"cv.{m.Key}.sd", m.Value.Deviation, 0, run.StartedAt)),
        new("train_seconds", candidate.Seconds, 0, run.StartedAt),
    ];

    private static Dictionary<string, string> Params(Candidate candidate, LearningTask task)
    {
        var parameters = candidate.Params.ToDictionary(p => p.Key, p => p.Value.ToString("R", CultureInfo.InvariantCulture), StringComparer.Ordinal);
        parameters["algorithm"] = candidate.Algorithm;
        parameters["split"] = task.Split.TimeColumn is { } time ? $"time by {time}" : $"stratified, test {task.Split.TestShare.ToString("R", CultureInfo.InvariantCulture)}";
        parameters["seed"] = task.Split.Seed.ToString(CultureInfo.InvariantCulture);
        parameters["tune"] = $"{task.Tune.Trials} trials, {task.Tune.Folds} folds x {task.Tune.Repeats}, {task.Tune.Metric}";
        return parameters;
    }

    private sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
