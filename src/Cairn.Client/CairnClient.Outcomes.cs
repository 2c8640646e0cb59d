using System.Net.Http.Headers;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    /// <summary>Tells what became of a prediction. What was told before changes nothing; what cannot be taken is an exception.</summary>
    public Task<OutcomeReceiptsWire> AddOutcomeAsync(NewOutcomeWire outcome, CancellationToken cancellation = default) =>
        PostJsonAsync<OutcomeReceiptsWire>("outcomes", JsonSerializer.SerializeToUtf8Bytes(outcome, CairnJson.Options), cancellation);

    /// <summary>Up to 10,000 at once; each is answered for itself.</summary>
    public Task<OutcomeReceiptsWire> AddOutcomesAsync(IReadOnlyList<NewOutcomeWire> outcomes, CancellationToken cancellation = default) =>
        PostJsonAsync<OutcomeReceiptsWire>("outcomes", JsonSerializer.SerializeToUtf8Bytes(new NewOutcomesWire { Outcomes = outcomes }, CairnJson.Options), cancellation);

    /// <summary>A CSV or Parquet file of any length. When it is interrupted, sending it again goes on where it stopped.</summary>
    /// <param name="progress">Called as it goes on.</param>
    public async Task<OutcomeImportWire> ImportOutcomesAsync(Stream file, OutcomeColumnsWire columns, Action<OutcomeImportWire>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        using var request = OutcomeFile("outcomes/import", file, columns);
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false));
        while (await ReadLineAsync(lines, cancellation).ConfigureAwait(false) is { } line)
        {
            var state = JsonSerializer.Deserialize<OutcomeImportWire>(line, CairnJson.Options)!;
            if (state.Problem is { } problem) throw new CairnException(problem);
            if (state.Done) return state;
            progress?.Invoke(state);
        }

        throw Unreachable(new IOException("The answer broke off. Send the file again: what was stored stays."));
    }

    /// <summary>As <see cref="ImportOutcomesAsync"/>, in the background once the file is there: the answer is the flow run, which shows how far it is and can be cancelled and resumed.</summary>
    public async Task<FlowRunWire> StartOutcomeImportAsync(string deployment, Stream file, OutcomeColumnsWire columns, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(columns);
        using var request = OutcomeFile($"deployments/{Escape(deployment)}/outcomes/import", file, columns with { Deployment = null });
        return await ReadAsync<FlowRunWire>(request, cancellation).ConfigureAwait(false);
    }

    private static HttpRequestMessage OutcomeFile(string path, Stream file, OutcomeColumnsWire columns) => new(HttpMethod.Post, Api + Query(
        path, ("deployment", columns.Deployment), ("prediction_id", columns.PredictionId), ("entity", columns.Entity), ("value", columns.Value), ("time", columns.Time),
        ("timezone", columns.Timezone), ("correction", columns.Correction ? true : null)))
    {
        Content = new StreamContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } },
    };

    /// <param name="from">When outcomes became true: microseconds or ISO 8601.</param>
    /// <param name="state"><c>unmatched</c> or <c>contradicting</c>; null: all.</param>
    public Task<Page<OutcomeWire>> ListOutcomesAsync(
        string? deployment = null, string? from = null, string? to = null, string? state = null, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<OutcomeWire>>(Query("outcomes", ("deployment", deployment), ("from", from), ("to", to), ("state", state), ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<PredictionOutcomesWire> ListPredictionOutcomesAsync(string predictionId, CancellationToken cancellation = default) =>
        GetAsync<PredictionOutcomesWire>($"predictions/{Escape(predictionId)}/outcomes", cancellation);

    /// <param name="from">Predictions from then on: microseconds or ISO 8601.</param>
    /// <param name="maxAge">Seconds: one that was counted so long ago will do, when no outcome was told since; null: it is counted now.</param>
    public Task<OutcomeSummaryWire> GetOutcomeSummaryAsync(string deployment, string? from = null, string? to = null, int? maxAge = null, CancellationToken cancellation = default) =>
        GetAsync<OutcomeSummaryWire>(Query($"deployments/{Escape(deployment)}/outcomes/summary", ("from", from), ("to", to), ("max_age", maxAge)), cancellation);

    private async Task<string?> ReadLineAsync(StreamReader lines, CancellationToken cancellation)
    {
        try
        {
            return await lines.ReadLineAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw Unreachable(broken);
        }
    }
}
