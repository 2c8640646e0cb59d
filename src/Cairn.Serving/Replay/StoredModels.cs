using System.Collections.Concurrent;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Tracking;

namespace Cairn.Serving.Replay;

/// <summary>Opens the packages that answered anew from their stored bytes, each once: what serves from memory is no witness.</summary>
/// <param name="memory">They take of the same memory as what serves.</param>
internal sealed class StoredModels(ModelPackages packages, WorkspaceId workspace, PackageLoan memory)
{
    private readonly ConcurrentDictionary<Digest, Lazy<Task<Answer<Predictor>>>> _opened = new();

    /// <summary>The model, or why its answers cannot be repeated.</summary>
    public Task<Answer<Predictor>> Open(LogSourceRow source, CancellationToken cancellation) => !Predictor.HasEvaluator(source.Evaluator)
        ? Task.FromResult<Answer<Predictor>>(new Refusal.Conflict(
            "replay.evaluator-unknown", $"It was answered by evaluator {source.Evaluator}, and this binary has evaluators up to {Predictor.EvaluatorVersion}. Replay with the version of Cairn that answered, or a newer one."))
        : _opened.GetOrAdd(source.PackageDigest, digest => new(() => Read(digest, cancellation))).Value;

    private async Task<Answer<Predictor>> Read(Digest digest, CancellationToken cancellation)
    {
        var opened = await packages.Open(workspace, digest, cancellation);
        var loaded = opened.Refusal is { } refusal ? refusal : Predictor.Load(opened.Value, toServe: true);
        if (loaded.Refusal is null) memory.Count(loaded.Value.Bytes);
        return loaded;
    }
}
