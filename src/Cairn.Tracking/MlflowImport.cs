using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Import;

namespace Cairn.Tracking;

/// <summary>Takes an MLflow store in, step by step. Each step may be stopped and goes on behind what it has taken.</summary>
public sealed class MlflowImport
{
    private readonly Database _database;
    private readonly IBlobStore _blobs;
    private readonly ObjectStore _objects;
    private readonly DefaultExperiment _defaults;
    private readonly TimeProvider _clock;

    internal MlflowImport(Database database, IBlobStore blobs, ObjectStore objects, DefaultExperiment defaults, TimeProvider clock) =>
        (_database, _blobs, _objects, _defaults, _clock) = (database, blobs, objects, defaults, clock);

    /// <value>In this order: each needs those before it.</value>
    public static IReadOnlyList<string> Steps { get; } = ["experiments", "runs", "metrics", "inputs", "logged models", "registry", "files"];

    /// <summary>Null: the file is a store of MLflow.</summary>
    public static Refusal? Open(MlflowSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var opened = SourceStore.Open(source.File);
        if (opened.Refusal is null) opened.Value.Dispose();
        return opened.Refusal;
    }

    /// <summary>What the store holds, without taking it.</summary>
    public static Answer<MlflowImportResult> Look(MlflowSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var opened = SourceStore.Open(source.File);
        if (opened.Refusal is { } refusal) return refusal;
        using var store = opened.Value;
        return new MlflowImportResult(
            source.File, store.Schema, DryRun: true, [.. Contents.Counted(store).Select(kind => new ImportCountWire(kind.Kind, kind.Found, 0, 0, 0))], Contents.Remarks(store, source), 0);
    }

    /// <param name="import">The same for all steps of one import.</param>
    /// <param name="step">One of <see cref="Steps"/>.</param>
    /// <param name="report">From 0 to 1, and words.</param>
    public async Task<Answer<Done>> Take(Caller caller, string import, MlflowSource source, string step, Action<double, string> report, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(source);
        var opened = SourceStore.Open(source.File);
        if (opened.Refusal is { } refusal) return refusal;
        using var store = opened.Value;
        await _defaults.Ensure(caller.Workspace, cancellation);
        var walk = new ImportWalk(_database, caller, import, store, _clock, report, cancellation);
        switch (step)
        {
            case "experiments":
                await TakeExperiments.From(walk, source);
                await TakeTexts.OfExperiments(walk, await walk.Experiments());
                break;
            case "runs":
                await TakeRuns.From(walk);
                await TakeTexts.Params(walk);
                await TakeTexts.OfRuns(walk);
                break;
            case "metrics": await TakeMetrics.From(walk); break;
            case "inputs": await TakeInputs.From(walk); break;
            case "logged models": await TakeLoggedModels.From(walk); break;
            case "registry": await TakeRegistry.From(walk, source); break;
            case "files": await TakeFiles.From(walk, source, _blobs, _objects); break;
            default: throw new ArgumentException($"There is no step '{step}'.", nameof(step));
        }

        return default(Done);
    }

    /// <summary>What became of it, with one entry in the audit.</summary>
    public async Task<Answer<MlflowImportResult>> Finish(Caller caller, string import, MlflowSource source, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var looked = Look(source);
        if (looked.Refusal is { } refusal) return refusal;
        return await _database.Write(
            transaction =>
            {
                var tallies = Contents.Kinds.SelectMany(kind => kind.Steps.Select(step => (kind.Kind, Tally: StepTally.Find(transaction, caller.Workspace, import, step)))).ToList();
                var found = looked.Value.Counts.ToDictionary(count => count.Kind, count => count.Found, StringComparer.Ordinal);
                var counts = tallies.GroupBy(row => row.Kind, StringComparer.Ordinal).Select(kind => new ImportCountWire(
                    kind.Key, found.GetValueOrDefault(kind.Key, kind.Sum(row => row.Tally.Taken + row.Tally.Here + row.Tally.Refused)), kind.Sum(row => row.Tally.Taken), kind.Sum(row => row.Tally.Here), kind.Sum(row => row.Tally.Refused)))
                    .Where(count => count.Found > 0).ToList();
                // What a step met is said by the step; what no step reads, by the look at the store.
                var remarks = tallies.SelectMany(row => row.Tally.ReadRemarks()).Concat(looked.Value.Remarks.Where(remark => remark.Kind == Contents.Table)).ToList();
                transaction.Write(caller, "mlflow.import", $"imports/{import}", Detail.Of(new { source.File, taken = counts.ToDictionary(count => count.Kind, count => count.Taken, StringComparer.Ordinal) }));
                return looked.Value with { DryRun = false, Counts = counts, Remarks = remarks };
            },
            cancellation);
    }
}
