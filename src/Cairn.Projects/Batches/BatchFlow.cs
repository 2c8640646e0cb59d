using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Projects.Files;
using Cairn.Serving;

namespace Cairn.Projects.Batches;

/// <summary>A batch as a flow. Its parts are kept in files: a task that runs again goes on from them.</summary>
internal sealed class BatchFlow(BatchScoring scoring, ProjectsOptions options, TimeProvider clock)
{
    public Flow Build(BatchParameters parameters) => new(BatchParameters.Flow,
    [
        new("prepare", [], (context, stop) => Prepare(context, parameters, stop)),
        new("score", ["prepare"], (context, stop) => Score(context, parameters, stop)),
        new("publish", ["score"], (context, stop) => Publish(context, parameters, stop)),
        new("tidy", ["publish"], (context, _) => Task.FromResult(Tidy(context, parameters))),
    ]);

    private async Task<Answer<string>> Prepare(TaskContext context, BatchParameters parameters, CancellationToken cancellation)
    {
        if (parameters.Replaces is { } earlier) Remove(parameters.Growing(earlier));
        var source = SourcePath.Resolve(parameters.Asked.Folder, parameters.Asked.Source.Path!, options.DataRoots);
        if (source.Refusal is { } missing) return missing;
        context.Report(0.1, $"looking at {Path.GetFileName(source.Value)}");
        var planned = await scoring.Plan(context.Caller.Workspace, parameters.Order, parameters.Asked.Keep, [source.Value], cancellation);
        if (planned.Refusal is { } refusal) return refusal;

        Directory.CreateDirectory(Path.GetDirectoryName(parameters.Output)!);
        context.Report(1, $"{planned.Value.Source.Rows:N0} rows in {planned.Value.Source.Stretches.Count:N0} parts, {parameters.Model.Model} version {parameters.Model.Version}");
        return Write(planned.Value);
    }

    private async Task<Answer<string>> Score(TaskContext context, BatchParameters parameters, CancellationToken cancellation)
    {
        var plan = Read<BatchPlan>(context, "prepare");
        var (started, before) = (clock.GetTimestamp(), -1L);
        var scored = await scoring.Score(context.Caller.Workspace, plan, parameters.Growing(context.FlowRunId), Progress, cancellation);
        if (scored.Refusal is { } refusal) return refusal;

        var tally = scored.Value;
        context.Report(1, $"{tally.Scored:N0} rows scored{(tally.Rejected > 0 ? $", {tally.Rejected:N0} rejected" : "")}{(tally.Reused > 0 ? $", {tally.Reused:N0} of {tally.Parts:N0} parts were there" : "")}");
        return Write(new Scored(tally, clock.GetElapsedTime(started).TotalSeconds));

        void Progress(long rows)
        {
            if (before < 0) before = rows; // finished by an earlier attempt, or the first part of this one
            var seconds = clock.GetElapsedTime(started).TotalSeconds;
            var pace = rows > before && seconds > 0.5 ? $", {(rows - before) / seconds:N0} a second" : "";
            context.Report((double)rows / plan.Source.Rows, $"{rows:N0} of {plan.Source.Rows:N0} rows{pace}");
        }
    }

    private async Task<Answer<string>> Publish(TaskContext context, BatchParameters parameters, CancellationToken cancellation)
    {
        var plan = Read<BatchPlan>(context, "prepare");
        var (tally, seconds) = Read<Scored>(context, "score");
        context.Report(0.1, $"writing {parameters.Output}");
        var bytes = await scoring.Publish(context.FlowRunId, plan, parameters.Growing(context.FlowRunId), parameters.Output, cancellation);
        context.Report(1, parameters.Output);
        var model = parameters.Model;
        return Write(new BatchResult(
            model.Deployment, model.Model, model.Version, model.Package, tally.Rows, tally.Scored, tally.Rejected, parameters.Output, bytes, tally.Parts,
            tally.Rejected > 0 ? BatchScoring.RejectsOf(parameters.Output, parameters.Single) : null, seconds));
    }

    /// <summary>Not before the result of the task before is stored: it would need the parts again.</summary>
    private static Answer<string> Tidy(TaskContext context, BatchParameters parameters)
    {
        Remove(parameters.Growing(context.FlowRunId));
        var result = context.ResultOf("publish");
        context.Report(1, $"{Read<BatchResult>(context, "publish").Scored:N0} rows scored into {parameters.Output}");
        return result;
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static string Write<T>(T result) => JsonSerializer.Serialize(result, CairnJson.Options);

    private static T Read<T>(TaskContext context, string task) => JsonSerializer.Deserialize<T>(context.ResultOf(task), CairnJson.Options)!;

    private sealed record Scored(BatchTally Tally, double Seconds);
}
