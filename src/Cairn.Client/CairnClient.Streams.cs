using System.Security.Cryptography;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    public Task<Page<StreamWire>> ListStreamsAsync(int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<StreamWire>>(Query("streams", ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<StreamWire> GetStreamAsync(string stream, CancellationToken cancellation = default) => GetAsync<StreamWire>($"streams/{Escape(stream)}", cancellation);

    /// <summary>Makes the stream or replaces its settings.</summary>
    public async Task<StreamWire> PutStreamAsync(string stream, StreamSettings settings, CancellationToken cancellation = default)
    {
        using var request = Mutation(HttpMethod.Put, $"streams/{Escape(stream)}");
        request.Content = JsonBody(JsonSerializer.SerializeToUtf8Bytes(settings, CairnJson.Options));
        return await ReadAsync<StreamWire>(request, cancellation).ConfigureAwait(false);
    }

    public async Task DeleteStreamAsync(string stream, CancellationToken cancellation = default)
    {
        using var request = Mutation(HttpMethod.Delete, $"streams/{Escape(stream)}");
        await ReadAsync<Nothing>(request, cancellation).ConfigureAwait(false);
    }

    private static HttpRequestMessage Mutation(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, Api + path);
        request.Headers.Add("Idempotency-Key", RandomNumberGenerator.GetHexString(32, lowercase: true));
        return request;
    }
}
