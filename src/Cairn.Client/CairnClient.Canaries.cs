using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    public async Task<CanaryWire> StartCanaryAsync(string deployment, CanarySettings settings, CancellationToken cancellation = default)
    {
        using var request = Mutation(HttpMethod.Post, $"{CanaryPath(deployment)}");
        request.Content = JsonBody(JsonSerializer.SerializeToUtf8Bytes(settings, CairnJson.Options));
        return await ReadAsync<CanaryWire>(request, cancellation).ConfigureAwait(false);
    }

    /// <summary>The one that is running, else the one that ended last.</summary>
    public Task<CanaryWire> GetCanaryAsync(string deployment, CancellationToken cancellation = default) => GetAsync<CanaryWire>(CanaryPath(deployment), cancellation);

    /// <summary>Newest first.</summary>
    public Task<Page<CanaryWire>> ListCanariesAsync(string deployment, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<CanaryWire>>(Query($"deployments/{Escape(deployment)}/canaries", ("limit", limit), ("page_token", pageToken)), cancellation);

    public async Task<CanaryWire> AbortCanaryAsync(string deployment, string? reason = null, CancellationToken cancellation = default)
    {
        using var request = Mutation(HttpMethod.Post, $"{CanaryPath(deployment)}/abort");
        request.Content = JsonBody(JsonSerializer.SerializeToUtf8Bytes(new CanaryAbort(reason), CairnJson.Options));
        return await ReadAsync<CanaryWire>(request, cancellation).ConfigureAwait(false);
    }

    private static string CanaryPath(string deployment) => $"deployments/{Escape(deployment)}/canary";
}
