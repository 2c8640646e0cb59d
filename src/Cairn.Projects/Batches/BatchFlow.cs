using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Serving;
using Cairn.Storage;

namespace Cairn.Projects.Batches;

/// <summary>A batch as a flow. Its parts are kept in files: a task that runs again goes on from them.</summary>
internal sealed class BatchFlow(BatchScoring scoring, BatchSources sources, BatchTargets targets, StorageOptions storage, TimeProvider clock)
{
    public Flow Build(BatchParameters parameters) => new(BatchParameters.Flow,
    [
        .. BatchSources.IsRemote(parameters.Asked.Source) ? (FlowTask[])[new("read", [], (context, stop) => Bring(context, parameters, stop))] : [],
        new("prepare", BatchSources.IsRemote(parameters.Asked.Source) ? ["read"] : [], (context, stop) => Prepare(context, parameters, stop)),
        new("score", ["prepare"], (context, stop) => Score(context, parameters, stop)),
        .. parameters.Asked.Log ? (FlowTask[])[new("log", ["score"], (context, stop) => Log(context, parameters, stop))] : [],
        new("publish", [parameters.Asked.Log ? "log" : "score"], (context, stop) => Publish(context, parameters, stop)),
        new("tidy", ["publish"], (context, stop) => Tidy(context, parameters, stop)),
    ]);

    private async Task<Answer<string>> Bring(TaskContext context, BatchParameters parameters, CancellationToken cancellation)
    {
        Forget(parameters);
        var files = await sources.Bring(context, parameters.Asked, BatchParameters.Work(context.FlowRunId, storage.Home), cancellation);
        return files.Refusal is { } refusal ? refusal : Write(files.Value);
    }

    private async Task<Answer<string>> Prepare(TaskContext context, BatchParameters parameters, CancellationToken cancellation)
    {
        Forget(parameters);
        List<string> files;
        if (BatchSources.IsRemote(parameters.Asked.Source))
        {
            files = Read<List<string>>(context, "read");
        }
        else
        {
            var source = sources.File(parameters.Asked);
            if (source.Refusal is { } missing) return missing;
            files = [source.Value];
        }

        context.Report(0.1, $"looking at {Path.GetFileName(files[0])}");
        var planned = await scoring.Plan(context.Caller.Workspace, parameters.Order, parameters.Asked.Keep, files, cancellation);
        if (planned.Refusal is { } refusal) return refusal;

        if (parameters.ToTable && await targets.CheckTable(context.FlowRunId, parameters.Asked, planned.Value, cancellation) is { } unwritable) return unwritable;
        if (!parameters.ToTable && !parameters.ToObjects) Directory.CreateDirectory(Path.GetDirectoryName(parameters.Output)!);
        context.Report(1, $"{planned.Value.Source.Rows:N0} rows in {planned.Value.Source.Stretches.Count:N0} parts, {parameters.Model.Model} version {parameters.Model.Version}");
        return Write(planned.Value);
    }

    private async Task<Answer<string>> Score(TaskContext context, BatchParameters parameters, CancellationToken cancellation)
    {
        var plan = Read<BatchPlan>(context, "prepare");
        var (started, before) = (clock.GetTimestamp(), -1L);
        var scored = await scoring.Score(context.Caller.Workspace, plan, parameters.Growing(context.FlowRunId, storage.Home), parameters.Asked.Log ? Logging(context, parameters) : null, Progress, cancellation);
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

    private async Task<Answer<string>> Log(TaskContext context, BatchParameters parameters, CancellationToken cancellation)
    {
        var logged = await scoring.Log(
            context.Caller.Workspace, Read<BatchPlan>(context, "prepare"), Logging(context, parameters), (done, count) => context.Report(done, $"{count:N0} predictions logged"), cancellation);
        if (logged.Refusal is { } refusal) return refusal;
        context.Report(1, $"{logged.Value:N0} predictions logged");
        return Write(logged.Value);
    }

    private BatchLogging Logging(TaskContext context, BatchParameters parameters) => new(context.FlowRunId, context.Caller, parameters.Waiting(context.FlowRunId, storage.Home));

    private async Task<Answer<string>> Publish(TaskContext context, BatchParameters parameters, CancellationToken cancellation)
    {
        var plan = Read<BatchPlan>(context, "prepare");
        var (tally, seconds) = Read<Scored>(context, "score");
        context.Report(0.1, $"writing {parameters.Output}");
        var published = await Deliver(context, parameters, plan, cancellation);
        if (published.Refusal is { } refusal) return refusal;
        context.Report(1, parameters.Output);
        var model = parameters.Model;
        return Write(new BatchResult(
            model.Deployment, model.Model, model.Version, model.Package, tally.Rows, tally.Scored, tally.Rejected, parameters.Output, published.Value, tally.Parts,
            tally.Rejected > 0 ? parameters.ToTable ? $"{parameters.Output}_rejects" : BatchScoring.RejectsOf(parameters.Output, parameters.Single) : null, seconds,
            parameters.Asked.Log ? Read<long>(context, "log") : null));
    }

    /// <returns>How many bytes the output has; 0 for a table.</returns>
    private async Task<Answer<long>> Deliver(TaskContext context, BatchParameters parameters, BatchPlan plan, CancellationToken cancellation)
    {
        var (id, parts) = (context.FlowRunId, parameters.Growing(context.FlowRunId, storage.Home));
        if (parameters.ToTable)
        {
            var written = await targets.WriteTable(
                id, parameters.Asked, plan, parts, rows => context.Report((double)rows / Math.Max(1, plan.Source.Rows), $"{rows:N0} rows in {parameters.Output}"), cancellation);
            return written.Refusal is { } failed ? failed : 0L;
        }

        if (!parameters.ToObjects) return await scoring.Publish(id, plan, parts, parameters.Output, cancellation);
        var local = Path.Combine(BatchParameters.Work(id, storage.Home), "output" + (parameters.Single ? Path.GetExtension(parameters.Output) : ""));
        var bytes = await scoring.Publish(id, plan, parts, local, cancellation);
        var sent = await targets.Send(local, new(parameters.Output, parameters.Csv, parameters.Single), words => context.Report(0.5, words), cancellation);
        return sent.Refusal is { } refusal ? refusal : bytes;
    }

    /// <summary>Not before the result of the task before is stored: it would need the parts again.</summary>
    private async Task<Answer<string>> Tidy(TaskContext context, BatchParameters parameters, CancellationToken cancellation)
    {
        Remove(parameters.Growing(context.FlowRunId, storage.Home));
        Remove(BatchParameters.Work(context.FlowRunId, storage.Home));
        if (parameters.Asked.Log)
        {
            Remove(parameters.Waiting(context.FlowRunId, storage.Home));
            await scoring.Logged(context.Caller.Workspace, context.FlowRunId, cancellation);
        }

        var result = context.ResultOf("publish");
        context.Report(1, $"{Read<BatchResult>(context, "publish").Scored:N0} rows scored into {parameters.Output}");
        return result;
    }

    /// <summary>What an earlier run with this output left, which nobody takes up.</summary>
    private void Forget(BatchParameters parameters)
    {
        if (parameters.Replaces is not { } earlier) return;
        Remove(parameters.Growing(earlier, storage.Home));
        Remove(BatchParameters.Work(earlier, storage.Home));
        Remove(parameters.Waiting(earlier, storage.Home));
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static string Write<T>(T result) => JsonSerializer.Serialize(result, CairnJson.Options);

    private static T Read<T>(TaskContext context, string task) => JsonSerializer.Deserialize<T>(context.ResultOf(task), CairnJson.Options)!;

    private sealed record Scored(BatchTally Tally, double Seconds);
}
