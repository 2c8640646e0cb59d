using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Projects.Revisions;
using Cairn.Serving;

namespace Cairn.Projects.Lifecycle;

/// <summary>The task <c>deploy</c>, the last one: waits until the new champion answers requests, and sums the run up.</summary>
internal sealed class DeployChampion(Workbench bench, Deployments deployments, ProjectTables tables)
{
    public async Task<Answer<string>> Run(TaskContext context, LifecycleParameters parameters, IReadOnlyList<TrainResult> trained, CancellationToken cancellation)
    {
        var definition = await bench.Definition(context, parameters, cancellation);
        var registered = context.ResultOf<RegisterResult>("register");
        var promoted = context.ResultOf<PromoteResult>("promote");
        string? deployment = null;
        if (promoted.Promoted)
        {
            context.Report(0.2, $"waiting for {definition.Deployment} to serve version {registered.Version}");
            var made = await deployments.Ensure(context.Caller, definition.Deployment, parameters.Project, definition.Serve.ToPatch(definition.Entity, definition.Outcome), cancellation);
            if (made.Refusal is { } refusal) return refusal;
            var serving = await deployments.WaitUntilServes(context.Caller.Workspace, definition.Deployment, registered.Version!.Value, cancellation);
            if (serving.Refusal is { } notServing) return notServing;
            deployment = serving.Value.Name;
        }

        var result = Sum(context, parameters, trained, deployment);
        context.Report(1, result.Summary);
        var json = Results.Write(result);
        await tables.SaveResult(context.Caller.Workspace, parameters.Project, json);
        return json;
    }

    private static LifecycleResult Sum(TaskContext context, LifecycleParameters parameters, IReadOnlyList<TrainResult> trained, string? deployment)
    {
        var snapshot = context.ResultOf<SnapshotResult>("snapshot");
        var evaluation = context.ResultOf<EvaluateResult>("evaluate");
        var registered = context.ResultOf<RegisterResult>("register");
        var verdict = context.ResultOf<GateResult>("gate").Verdict;
        var promoted = context.ResultOf<PromoteResult>("promote");
        var selected = context.ResultOf<SelectResult>("select");
        var winner = trained.First(t => t.Algorithm == selected.Algorithm);
        var outcome = promoted.Promoted ? "promoted" : verdict.Verdict;
        return new(
            parameters.Project, outcome, Story(evaluation, winner, verdict, promoted), snapshot.Rows, snapshot.Digest, snapshot.Reused, winner.ExperimentId, winner.RunId,
            winner.Algorithm, evaluation.Metrics, evaluation.CrossValidated, evaluation.Baseline, evaluation.BaselineName, evaluation.Threshold,
            registered.Version is null ? null : registered.Model, registered.Version, deployment, verdict.Checks,
            [.. trained.Select(t => new CandidateWire(t.Algorithm, t.RunId, t.RocAuc, t.RocAucSd, t.LogLoss, t.Seconds))]);
    }

    private static string Story(EvaluateResult evaluation, TrainResult winner, GateVerdictWire verdict, PromoteResult promoted)
    {
        var numbers = $"{winner.Algorithm} reaches ROC AUC {evaluation.Metrics["roc_auc"]:0.000} on rows it never saw, the baseline ({evaluation.BaselineName}) {evaluation.Baseline["roc_auc"]:0.000}";
        return verdict.Verdict switch
        {
            "no_signal" => $"No signal: {evaluation.SignalDetail}. {numbers}.",
            "refused" => $"Refused: {verdict.Summary}. {numbers}.",
            _ => $"{numbers}; {promoted.Message}.",
        };
    }
}
