using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    public Task<Page<ExperimentWire>> ListExperimentsAsync(int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<ExperimentWire>>(Query("experiments", ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<ExperimentWire> CreateExperimentAsync(CreateExperiment request, CancellationToken cancellation = default) =>
        PostAsync<ExperimentWire>("experiments", request, cancellation);

    /// <summary>One level of the tree that the names of experiments make.</summary>
    /// <param name="prefix">What is directly below it; null: the top.</param>
    public Task<Page<ExperimentNodeWire>> BrowseExperimentsAsync(string? prefix = null, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<ExperimentNodeWire>>(Query("experiment-tree", ("prefix", prefix), ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<MovedExperimentsWire> MoveExperimentsAsync(MoveExperiments request, CancellationToken cancellation = default) =>
        PostAsync<MovedExperimentsWire>("experiment-tree/move", request, cancellation);

    /// <param name="experimentId">Only runs of this experiment.</param>
    public Task<Page<RunWire>> ListRunsAsync(string? experimentId = null, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<RunWire>>(Query("runs", ("experiment", experimentId), ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<Page<RunWire>> ListRunsAsync(RunListing which, int? limit = null, string? pageToken = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(which);
        return GetAsync<Page<RunWire>>(
            Query(
                "runs", ("experiment", which.Experiment), ("status", which.Status), ("name", which.Name), ("view", which.View), ("order_by", which.OrderBy), ("filter", which.Filter),
                ("metrics", Keys(which.Metrics)), ("params", Keys(which.Params)), ("tags", Keys(which.Tags)), ("under", which.Under), ("outermost", which.Outermost ? true : null), ("limit", limit), ("page_token", pageToken)),
            cancellation);

        static string? Keys(IReadOnlyList<string>? keys) => keys is null ? null : keys.Count == 0 ? "none" : string.Join(',', keys);
    }

    /// <summary>How many runs a list has, page after page; its order and what is shown of each are of no matter.</summary>
    /// <param name="most">Counting stops there; null: it goes on to the end.</param>
    public Task<RunCountWire> CountRunsAsync(RunListing which, long? most = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(which);
        return GetAsync<RunCountWire>(
            Query(
                "runs/count", ("experiment", which.Experiment), ("status", which.Status), ("name", which.Name), ("view", which.View), ("filter", which.Filter), ("under", which.Under),
                ("outermost", which.Outermost ? true : null), ("most", most)),
            cancellation);
    }

    /// <summary>The runs of a list, grouped: how many, and what a metric comes to in each group. The largest group first.</summary>
    /// <param name="by"><c>params.KEY</c>, <c>tags.KEY</c>, <c>experiment</c>, <c>status</c> or <c>user</c>.</param>
    /// <param name="metric">Its key; null: runs are counted alone.</param>
    public Task<Page<RunGroupWire>> GroupRunsAsync(RunListing which, string by, string? metric = null, int? limit = null, string? pageToken = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(which);
        return GetAsync<Page<RunGroupWire>>(
            Query(
                "runs/groups", ("by", by), ("metric", metric), ("experiment", which.Experiment), ("status", which.Status), ("name", which.Name), ("view", which.View), ("filter", which.Filter),
                ("under", which.Under), ("outermost", which.Outermost ? true : null), ("limit", limit), ("page_token", pageToken)),
            cancellation);
    }

    public Task<RunWire> GetRunAsync(string runId, CancellationToken cancellation = default) => GetAsync<RunWire>($"runs/{Escape(runId)}", cancellation);

    /// <summary>The runs nested directly in it, newest first.</summary>
    public Task<Page<RunWire>> ListNestedRunsAsync(string runId, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<RunWire>>(Query($"runs/{Escape(runId)}/children", ("limit", limit), ("page_token", pageToken)), cancellation);

    /// <param name="all">Also the params and metrics that are equal in all of them.</param>
    public Task<RunComparisonWire> CompareRunsAsync(IEnumerable<string> runIds, bool all = false, CancellationToken cancellation = default) =>
        GetAsync<RunComparisonWire>(Query("runs/compare", ("ids", string.Join(',', runIds)), ("all", all ? true : null)), cancellation);

    /// <param name="path">A folder of the run's artifacts; null: the top.</param>
    public Task<Page<ArtifactWire>> ListArtifactsAsync(string runId, string? path = null, CancellationToken cancellation = default) =>
        GetAsync<Page<ArtifactWire>>(Query($"runs/{Escape(runId)}/artifacts", ("path", path)), cancellation);

    /// <summary>A small artifact that holds JSON.</summary>
    public Task<T> ReadArtifactJsonAsync<T>(string runId, string path, CancellationToken cancellation = default) => GetAsync<T>(ArtifactPath(runId, path), cancellation);

    /// <summary>The slices of the rows it was judged on, those surely worse first.</summary>
    /// <param name="metric">Null: roc_auc.</param>
    /// <param name="feature">Only slices of this one.</param>
    public Task<RunSlicesWire> ListSlicesAsync(string runId, string? metric = null, string? feature = null, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<RunSlicesWire>(Query($"runs/{Escape(runId)}/slices", ("metric", metric), ("feature", feature), ("limit", limit), ("page_token", pageToken)), cancellation);

    private static string ArtifactPath(string runId, string path) => $"runs/{Escape(runId)}/artifacts/content/{EscapePath(path)}";

    public Task<RunWire> StartRunAsync(CreateRun request, CancellationToken cancellation = default) => PostAsync<RunWire>("runs", request, cancellation);

    /// <summary>One transaction: all of it or none.</summary>
    public Task LogAsync(string runId, LogBatch batch, CancellationToken cancellation = default) => PostAsync<Nothing>($"runs/{Escape(runId)}/log", batch, cancellation);

    public Task<RunWire> UpdateRunAsync(string runId, UpdateRun request, CancellationToken cancellation = default) => PatchAsync<RunWire>($"runs/{Escape(runId)}", request, cancellation);

    /// <summary>It leaves the lists and can be restored.</summary>
    public Task DeleteRunAsync(string runId, CancellationToken cancellation = default) => DeleteAsync($"runs/{Escape(runId)}", cancellation);

    public Task<RunWire> RestoreRunAsync(string runId, CancellationToken cancellation = default) => PostAsync<RunWire>($"runs/{Escape(runId)}/restore", null, cancellation);

    /// <summary>Edits, deletes or restores several runs in one transaction: all of them or none.</summary>
    public Task<ChangedRunsWire> ChangeRunsAsync(ChangeRuns request, CancellationToken cancellation = default) => PostAsync<ChangedRunsWire>("runs/change", request, cancellation);

    /// <summary>The points of a metric, by timestamp, step and value.</summary>
    public Task<Page<MetricPoint>> GetMetricHistoryAsync(string runId, string key, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<MetricPoint>>(Query($"runs/{Escape(runId)}/metrics/{EscapePath(key)}", ("limit", limit), ("page_token", pageToken)), cancellation);

    /// <summary>As many of the points of a metric as a picture needs, evenly spread, with the first and the last.</summary>
    /// <param name="points">At most so many; a shorter history comes whole.</param>
    public Task<Page<MetricPoint>> SampleMetricHistoryAsync(string runId, string key, int points, CancellationToken cancellation = default) =>
        GetAsync<Page<MetricPoint>>(Query($"runs/{Escape(runId)}/metrics/{EscapePath(key)}", ("sample", points)), cancellation);

    /// <summary>The bytes of an artifact, read as they arrive.</summary>
    /// <param name="path">As <see cref="ListArtifactsAsync"/> says it; no part of it is <c>.</c> or <c>..</c>.</param>
    public async Task<Stream> OpenArtifactAsync(string runId, string path, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Api + ArtifactPath(runId, path));
        var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        return await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false); // closing it ends the response
    }

    /// <summary>The beginning of an artifact.</summary>
    /// <param name="most">No more bytes than these.</param>
    public async Task<byte[]> ReadArtifactAsync(string runId, string path, int most, CancellationToken cancellation = default)
    {
        var source = await OpenArtifactAsync(runId, path, cancellation).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            using var beginning = new MemoryStream();
            var buffer = new byte[1 << 16];
            while (beginning.Length < most && await ReadSomeAsync(source, buffer.AsMemory(0, (int)Math.Min(buffer.Length, most - beginning.Length)), cancellation).ConfigureAwait(false) is var read && read > 0)
                beginning.Write(buffer, 0, read);
            return beginning.ToArray();
        }
    }
}
