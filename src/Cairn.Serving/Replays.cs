using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Replay;
using Cairn.Tracking;

namespace Cairn.Serving;

/// <summary>Repeats logged predictions from stored bytes: the package out of the blob store, inputs and features out of the log.</summary>
public sealed class Replays
{
    private readonly Predictions _predictions;
    private readonly ModelPackages _packages;
    private readonly LoadedPackages _loaded;
    private readonly Models _models;
    private readonly Runs _runs;

    internal Replays(Predictions predictions, ModelPackages packages, LoadedPackages loaded, Models models, Runs runs) =>
        (_predictions, _packages, _loaded, _models, _runs) = (predictions, packages, loaded, models, runs);

    public async Task<Answer<ReplayWire>> One(WorkspaceId workspace, string id, CancellationToken cancellation)
    {
        var found = await _predictions.FindRecord(workspace, id, cancellation);
        if (found.Refusal is { } unknown) return unknown;

        var (record, source) = found.Value;
        using var loan = _loaded.Borrow();
        var opened = await new StoredModels(_packages, workspace, loan).Open(source, cancellation);
        var recomputation = opened.Refusal is null ? new Recomputation(source, opened.Value) : null;
        var recomputed = recomputation?.Run(record) ?? Recomputed.Not(opened.Refusal!);
        return new ReplayWire(
            record.Id.ToString("N"), recomputed.Result == ReplayWire.IsSame, recomputed.Result, recomputed.Detail,
            Answered(LoggedPrediction.ClassOf(record, source), record.Probability),
            recomputed.Probability is { } probability ? Answered(recomputation!.Class(probability), probability) : null,
            recomputed.Differences, record.Time, source.Deployment, source.Variant, source.Model, source.Version, source.PackageDigest.Hex, source.Evaluator,
            await Lineage(workspace, source, cancellation));
    }

    /// <summary>Why it was answered so: by the version that answered, from the features it saw.</summary>
    public async Task<Answer<LoggedExplanationWire>> Explain(WorkspaceId workspace, string id, CancellationToken cancellation)
    {
        var found = await _predictions.FindRecord(workspace, id, cancellation);
        if (found.Refusal is { } unknown) return unknown;

        var (record, source) = found.Value;
        if (record.IsErased)
            return new Refusal.Conflict("prediction.erased", $"The prediction {id} was made from personal data that is erased: the key is gone, and with it the explanation.");
        using var loan = _loaded.Borrow();
        var opened = await new StoredModels(_packages, workspace, loan).Open(source, cancellation);
        if (opened.Refusal is { } refusal) return refusal;
        if (record.Features.Length != opened.Value.Features.Count)
            return new Refusal.Conflict("prediction.altered", $"The log has {record.Features.Length} features of the prediction {id}, the model takes {opened.Value.Features.Count}. The record was altered; restore the log from a backup.");
        return new LoggedExplanationWire(record.Id.ToString("N"), source.Model, source.Version, source.PackageDigest.Hex, opened.Value.Explain(record.Features));
    }

    /// <summary>All of a stretch of the log, on all cores and in constant memory. The packages are opened anew, once.</summary>
    /// <param name="fromMs">Milliseconds, as inside the ids; included.</param>
    /// <param name="toMs">Not included.</param>
    /// <param name="share">1: all; less: so much of them, always the same.</param>
    /// <param name="progress">Records seen so far; one call at a time.</param>
    public async Task<ReplayTally> Range(WorkspaceId workspace, string deployment, long fromMs, long toMs, double share, Action<long>? progress, CancellationToken cancellation)
    {
        using var loan = _loaded.Borrow();
        return await new RangeReplay(_predictions, new(_packages, workspace, loan), workspace, deployment).Run(fromMs, toMs, share, progress, cancellation);
    }

    private static ReplayedAnswerWire Answered(string prediction, double probability) => new(prediction, probability, Recomputation.Bits(probability));

    private async Task<ReplayLineageWire> Lineage(WorkspaceId workspace, LogSourceRow source, CancellationToken cancellation)
    {
        var runId = (await _models.Find(workspace, source.Model, source.Version, cancellation))?.RunId;
        var run = runId is null ? null : await _runs.Find(workspace, runId, cancellation);
        return new(runId, run?.Inputs ?? []);
    }
}
