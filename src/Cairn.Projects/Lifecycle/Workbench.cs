using System.Collections.Concurrent;
using Cairn.Data;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Projects.Files;
using Cairn.Projects.Revisions;
using Cairn.Storage;

namespace Cairn.Projects.Lifecycle;

/// <summary>
/// What the tasks of one flow run share in memory: the prepared data, candidates, the evaluation. Everything on it can be made
/// again from stored results, so a resumed run starts with an empty one; it is cleared when the run ends, however it ends.
/// </summary>
internal sealed class Workbench(Datasets datasets, ProjectRevisions revisions, IBlobStore blobs)
{
    private readonly ConcurrentDictionary<string, Content> _byFlowRun = new(StringComparer.Ordinal);

    public void Clear(string flowRunId) => _byFlowRun.TryRemove(flowRunId, out _);

    /// <summary>The definition of the run's revision, with the contract its snapshot was taken by.</summary>
    public async Task<ProjectDefinition> Definition(TaskContext context, LifecycleParameters parameters, CancellationToken cancellation)
    {
        var content = Of(context);
        if (content.Definition is { } known) return known;
        var files = await revisions.Load(context.Caller.Workspace, parameters.Project, parameters.Revision, cancellation);
        var parsed = ProjectParser.Parse(files, parameters.Folder, context.ResultOf<SnapshotResult>("snapshot").Schema);
        return content.Definition = parsed.Value; // it was valid when the run began
    }

    /// <summary>Loads and splits; the same rows on the same side whenever it is done.</summary>
    public async Task<Answer<Preparation>> Preparation(TaskContext context, LifecycleParameters parameters, CancellationToken cancellation)
    {
        var content = Of(context);
        if (content.Preparation is { } known) return known;
        var snapshot = context.ResultOf<SnapshotResult>("snapshot");
        var definition = await Definition(context, parameters, cancellation);
        var version = await datasets.Find(context.Caller.Workspace, snapshot.Dataset, Digest.Parse(snapshot.Digest), cancellation)
            ?? throw new InvalidOperationException($"Dataset version {snapshot.Digest} of {snapshot.Dataset} is gone.");
        var frame = await datasets.Load(version, cancellation);
        var prepared = await Aside(() => Training.Prepare(frame, definition.Task() with { Schema = snapshot.Schema }), cancellation);
        if (prepared.Refusal is { } refusal) return refusal;
        return content.Preparation = prepared.Value;
    }

    public async Task<Baseline> Baseline(TaskContext context, CancellationToken cancellation) =>
        Of(context).Baseline ??= Learning.Baseline.Load(await Read(context.ResultOf<BaselineResult>("prepare").Saved, cancellation));

    public async Task<Candidate> Candidate(TaskContext context, TrainResult trained, CancellationToken cancellation)
    {
        var candidates = Of(context).Candidates;
        return candidates.TryGetValue(trained.Algorithm, out var known) ? known : candidates[trained.Algorithm] = Learning.Candidate.Load(await Read(trained.Saved, cancellation));
    }

    public void Put(TaskContext context, Candidate candidate) => Of(context).Candidates[candidate.Algorithm] = candidate;

    public void Put(TaskContext context, Baseline baseline) => Of(context).Baseline = baseline;

    /// <summary>The same inputs give the same evaluation: intervals are drawn with the seed.</summary>
    public async Task<Evaluation> Evaluation(TaskContext context, Preparation preparation, Candidate candidate, CancellationToken cancellation)
    {
        var content = Of(context);
        if (content.Evaluation is { } known) return known;
        var baseline = await Baseline(context, cancellation);
        return content.Evaluation = await Aside(() => Training.Evaluate(preparation, candidate, baseline), cancellation);
    }

    public async Task<string> Store(byte[] content, CancellationToken cancellation)
    {
        using var stream = new MemoryStream(content);
        return (await blobs.Write(stream, cancellation)).Digest.Hex;
    }

    /// <summary>Long computations get a thread of their own: the pool's belong to requests.</summary>
    public static Task<T> Aside<T>(Func<T> work, CancellationToken cancellation) =>
        Task.Factory.StartNew(work, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private Content Of(TaskContext context) => _byFlowRun.GetOrAdd(context.FlowRunId, _ => new());

    private async Task<byte[]> Read(string digest, CancellationToken cancellation)
    {
        await using var stream = await blobs.Open(Digest.Parse(digest), cancellation) ?? throw new InvalidOperationException($"Blob {digest} is gone.");
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }

    private sealed class Content
    {
        public ProjectDefinition? Definition { get; set; }

        public Preparation? Preparation { get; set; }

        public Baseline? Baseline { get; set; }

        public Evaluation? Evaluation { get; set; }

        public ConcurrentDictionary<string, Candidate> Candidates { get; } = new(StringComparer.Ordinal);
    }
}
