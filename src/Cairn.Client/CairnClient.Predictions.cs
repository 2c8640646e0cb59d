using System.Text.Json.Nodes;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    public Task<Page<DeploymentWire>> ListDeploymentsAsync(int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        ListDeploymentsAsync(null, limit, pageToken, cancellation);

    /// <param name="name">A part of the name, in any case; null: all.</param>
    public Task<Page<DeploymentWire>> ListDeploymentsAsync(string? name, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<DeploymentWire>>(Query("deployments", ("name", name), ("limit", limit), ("page_token", pageToken)), cancellation);

    /// <summary>What the models in the memory of the server take, and what they may.</summary>
    public Task<ModelMemoryWire> GetModelMemoryAsync(CancellationToken cancellation = default) => GetAsync<ModelMemoryWire>("model-memory", cancellation);

    /// <summary>With its inputs, which lists leave out.</summary>
    public Task<DeploymentWire> GetDeploymentAsync(string deployment, CancellationToken cancellation = default) => GetAsync<DeploymentWire>($"deployments/{Escape(deployment)}", cancellation);

    /// <param name="settings">Only what is to change, a JSON merge patch of <see cref="DeploymentSettings"/>; null brings a default back.</param>
    public Task<DeploymentWire> ChangeDeploymentAsync(string deployment, JsonObject settings, CancellationToken cancellation = default) =>
        PatchAsync<DeploymentWire>($"deployments/{Escape(deployment)}", settings, cancellation);

    /// <summary>A logged prediction with the features the model saw.</summary>
    public Task<LoggedPredictionWire> GetPredictionAsync(string predictionId, CancellationToken cancellation = default) =>
        GetAsync<LoggedPredictionWire>($"predictions/{Escape(predictionId)}", cancellation);

    /// <param name="deployment">Null: the only deployment, or the default one.</param>
    /// <param name="row">One JSON object with the inputs, UTF-8.</param>
    public Task<PredictionWire> PredictAsync(string? deployment, ReadOnlyMemory<byte> row, bool explain = false, CancellationToken cancellation = default) =>
        PostJsonAsync<PredictionWire>(Query(PredictPath(deployment), ("explain", explain ? true : null)), row, cancellation);

    /// <param name="rows">A JSON object <c>{"rows": [...]}</c>, UTF-8.</param>
    public Task<PredictionsWire> PredictManyAsync(string? deployment, ReadOnlyMemory<byte> rows, bool explain = false, CancellationToken cancellation = default) =>
        PostJsonAsync<PredictionsWire>(Query(PredictPath(deployment), ("explain", explain ? true : null)), rows, cancellation);

    /// <summary>What the champion would answer: nothing is predicted, and nothing logged.</summary>
    public Task<WhatIfWire> AskWhatIfAsync(string deployment, WhatIfQuestion question, CancellationToken cancellation = default) =>
        PostJsonAsync<WhatIfWire>($"deployments/{Escape(deployment)}/what-if", JsonSerializer.SerializeToUtf8Bytes(question, CairnJson.Options), cancellation);

    /// <summary>Why a logged prediction was answered as it was.</summary>
    public Task<LoggedExplanationWire> ExplainAsync(string predictionId, CancellationToken cancellation = default) =>
        GetAsync<LoggedExplanationWire>($"predictions/{Escape(predictionId)}/explanation", cancellation);

    /// <summary>Recomputes a logged prediction from stored bytes and compares bit for bit.</summary>
    public Task<ReplayWire> ReplayAsync(string predictionId, CancellationToken cancellation = default) =>
        PostAsync<ReplayWire>($"predictions/{Escape(predictionId)}/replay", null, cancellation);

    /// <summary>The same for all that a deployment answered in a stretch of time. The result of the run is a <see cref="ReplayResultWire"/>.</summary>
    public Task<FlowRunWire> ReplayRangeAsync(string deployment, ReplayRange range, CancellationToken cancellation = default) =>
        PostAsync<FlowRunWire>($"deployments/{Escape(deployment)}/replay", range, cancellation);

    /// <summary>Scores logged traffic with any version. The result of the run is a <see cref="ShadowResultWire"/>.</summary>
    public Task<FlowRunWire> ShadowAsync(string deployment, ShadowRange range, CancellationToken cancellation = default) =>
        PostAsync<FlowRunWire>($"deployments/{Escape(deployment)}/shadow", range, cancellation);

    /// <summary>Newest first, without features.</summary>
    public Task<Page<LoggedPredictionWire>> ListPredictionsAsync(PredictionListing? which = null, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<LoggedPredictionWire>>(
            Query(
                "predictions", ("deployment", which?.Deployment), ("entity", which?.Entity), ("from", which?.From), ("to", which?.To), ("variant", which?.Variant), ("version", which?.Version),
                ("shadow", which?.Shadow), ("limit", limit), ("page_token", pageToken)),
            cancellation);

    /// <summary>The Parquet files of the log, newest hour first.</summary>
    /// <param name="from">Microseconds UTC, as <paramref name="to"/>.</param>
    public Task<Page<PredictionSegmentWire>> ListPredictionSegmentsAsync(
        string? deployment = null, long? from = null, long? to = null, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<PredictionSegmentWire>>(Query("predictions/segments", ("deployment", deployment), ("from", from), ("to", to), ("limit", limit), ("page_token", pageToken)), cancellation);

    /// <summary>Writes the predictions of a deployment, features included.</summary>
    /// <param name="format"><c>parquet</c>, <c>csv</c> or <c>ndjson</c>.</param>
    /// <param name="from">Microseconds UTC, as <paramref name="to"/>.</param>
    /// <exception cref="CairnException">Also when the stream breaks off: what was written is then not whole.</exception>
    public Task ExportPredictionsAsync(string deployment, string format, long? from, long? to, Stream destination, CancellationToken cancellation = default) =>
        DownloadAsync(Query("predictions/export", ("deployment", deployment), ("format", format), ("from", from), ("to", to)), destination, cancellation);

    public Task<PredictionQueryResult> QueryPredictionsAsync(PredictionQuery query, CancellationToken cancellation = default) =>
        PostJsonAsync<PredictionQueryResult>("predictions/query", JsonSerializer.SerializeToUtf8Bytes(query, CairnJson.Options), cancellation);

    /// <summary>Rows as lines of JSON, each answered by a line: the prediction, or <c>{"line": 7, "error": {...}}</c>.</summary>
    /// <param name="lines">At most 64 KiB or one line: the answer is read when all of it is sent.</param>
    public async Task<byte[]> PredictLinesAsync(string? deployment, ReadOnlyMemory<byte> lines, bool explain = false, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Api + Query(PredictPath(deployment), ("explain", explain ? true : null))) { Content = JsonBody(lines) };
        request.Content.Headers.ContentType = new("application/x-ndjson");
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        return await ReadBytesAsync(response, cancellation).ConfigureAwait(false);
    }

    private static string PredictPath(string? deployment) => deployment is null ? "predict" : $"deployments/{Escape(deployment)}/predict";
}
