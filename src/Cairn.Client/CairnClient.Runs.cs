using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    public Task<Page<ExperimentWire>> ListExperimentsAsync(int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<ExperimentWire>>(Query("experiments", ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<ExperimentWire> CreateExperimentAsync(CreateExperiment request, CancellationToken cancellation = default) =>
        PostAsync<ExperimentWire>("experiments", request, cancellation);

    /// <param name="experimentId">Only runs of this experiment.</param>
    public Task<Page<RunWire>> ListRunsAsync(string? experimentId = null, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<RunWire>>(Query("runs", ("experiment", experimentId), ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<Page<RunWire>> ListRunsAsync(RunListing which, int? limit = null, string? pageToken = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(which);
        return GetAsync<Page<RunWire>>(
            Query(
                "runs", ("experiment", which.Experiment), ("status", which.Status), ("name", which.Name), ("view", which.View), ("order_by", which.OrderBy), ("limit", limit),
                ("page_token", pageToken)),
            cancellation);
    }

    public Task<RunWire> GetRunAsync(string runId, CancellationToken cancellation = default) => GetAsync<RunWire>($"runs/{Escape(runId)}", cancellation);

    /// <param name="all">Also the params and metrics that are equal in all of them.</param>
    public Task<RunComparisonWire> CompareRunsAsync(IEnumerable<string> runIds, bool all = false, CancellationToken cancellation = default) =>
        GetAsync<RunComparisonWire>(Query("runs/compare", ("ids", string.Join(',', runIds)), ("all", all ? true : null)), cancellation);

    /// <param name="path">A folder of the run's artifacts; null: the top.</param>
    public Task<Page<ArtifactWire>> ListArtifactsAsync(string runId, string? path = null, CancellationToken cancellation = default) =>
        GetAsync<Page<ArtifactWire>>(Query($"runs/{Escape(runId)}/artifacts", ("path", path)), cancellation);

    /// <summary>A small artifact that holds JSON.</summary>
    public Task<T> ReadArtifactJsonAsync<T>(string runId, string path, CancellationToken cancellation = default) => GetAsync<T>(ArtifactPath(runId, path), cancellation);

    private static string ArtifactPath(string runId, string path) => $"runs/{Escape(runId)}/artifacts/content/{string.Join('/', path.Split('/').Select(Escape))}";
}
