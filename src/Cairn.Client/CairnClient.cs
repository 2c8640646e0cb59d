using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Client;

/// <summary>The whole API, typed. One partial file for each area.</summary>
/// <remarks>Every method throws <see cref="CairnException"/> when the server declines or cannot be reached.</remarks>
public sealed partial class CairnClient(HttpClient http)
{
    private const string Api = "api/v1/";

    private readonly HttpClient _http = http;

    public Uri? BaseAddress => _http.BaseAddress;

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Api + path);
        return await ReadAsync<T>(request, cancellation).ConfigureAwait(false);
    }

    /// <summary>Null when the server knows no such thing (404).</summary>
    private async Task<T?> FindAsync<T>(string path, CancellationToken cancellation) where T : class
    {
        try
        {
            return await GetAsync<T>(path, cancellation).ConfigureAwait(false);
        }
        catch (CairnException missing) when (missing.Problem.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private Task<T> PostAsync<T>(string path, object? body, CancellationToken cancellation) => MutateAsync<T>(HttpMethod.Post, path, body, cancellation);

    private Task<T> PutAsync<T>(string path, object body, CancellationToken cancellation) => MutateAsync<T>(HttpMethod.Put, path, body, cancellation);

    private Task<T> PatchAsync<T>(string path, object body, CancellationToken cancellation) => MutateAsync<T>(HttpMethod.Patch, path, body, cancellation);

    private Task<Nothing> DeleteAsync(string path, CancellationToken cancellation) => MutateAsync<Nothing>(HttpMethod.Delete, path, null, cancellation);

    /// <summary>A mutation. Its key lets the server recognise the same request should it arrive twice.</summary>
    private async Task<T> MutateAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, Api + path);
        request.Headers.Add("Idempotency-Key", RandomNumberGenerator.GetHexString(32, lowercase: true));
        if (body is not null) request.Content = JsonBody(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), CairnJson.Options));
        return await ReadAsync<T>(request, cancellation).ConfigureAwait(false);
    }

    private async Task<T> PostJsonAsync<T>(string path, ReadOnlyMemory<byte> json, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Api + path) { Content = JsonBody(json) };
        return await ReadAsync<T>(request, cancellation).ConfigureAwait(false);
    }

    private async Task DownloadAsync(string path, Stream destination, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var request = new HttpRequestMessage(HttpMethod.Get, Api + path);
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        var source = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var buffer = new byte[1 << 16];
            while (await ReadSomeAsync(source, buffer, cancellation).ConfigureAwait(false) is var read && read > 0)
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
        }
    }

    // Apart from writing, whose failure (a full disk) is the caller's to explain.
    private async Task<int> ReadSomeAsync(Stream source, Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw Unreachable(broken);
        }
    }

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        var body = await ReadBytesAsync(response, cancellation).ConfigureAwait(false);
        try
        {
            if (body.Length == 0 && default(T) is null && typeof(T) == typeof(Nothing)) return (T)(object)Nothing.Here;
            return JsonSerializer.Deserialize<T>(body, CairnJson.Options) ?? throw new JsonException("null");
        }
        catch (JsonException broken)
        {
            throw new CairnException(NotCairn(response, body), broken);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException broken)
        {
            throw Unreachable(broken);
        }

        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            var body = await ReadBytesAsync(response, cancellation).ConfigureAwait(false);
            throw new CairnException(ReadProblem(response, body));
        }
    }

    private async Task<byte[]> ReadBytesAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw Unreachable(broken);
        }
    }

    private CairnException Unreachable(Exception cause) => new(
        new Problem("about:blank", "client.unreachable", 0, $"No answer from {_http.BaseAddress}: {cause.InnerException?.Message ?? cause.Message} Is the server running?", "client.unreachable"), cause);

    private static Problem ReadProblem(HttpResponseMessage response, byte[] body)
    {
        try
        {
            if (JsonSerializer.Deserialize<Problem>(body, CairnJson.Options) is { Code: not null } problem) return problem with { Status = (int)response.StatusCode };
        }
        catch (JsonException)
        {
            // Not ours: told below.
        }

        return NotCairn(response, body);
    }

    private static Problem NotCairn(HttpResponseMessage response, byte[] body)
    {
        var text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 200))).ReplaceLineEndings(" ").Trim();
        var status = (int)response.StatusCode;
        return new Problem(
            "about:blank", "client.unexpected-answer", status,
            $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri} was answered with status {status}{(text.Length > 0 ? $" and '{text}'" : "")}, which is not what a Cairn server of this version says. Check the address and the versions.",
            "client.unexpected-answer");
    }

    private static ReadOnlyMemoryContent JsonBody(ReadOnlyMemory<byte> json)
    {
        var content = new ReadOnlyMemoryContent(json);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    /// <summary>Puts the given parts behind a path; those without a value are left out.</summary>
    private static string Query(string path, params ReadOnlySpan<(string Name, object? Value)> parts)
    {
        var query = new StringBuilder(path);
        var mark = '?';
        foreach (var (name, value) in parts)
        {
            var text = value switch { null => null, true => "true", false => "false", _ => Convert.ToString(value, CultureInfo.InvariantCulture) };
            if (text is null) continue;
            query.Append(mark).Append(name).Append('=').Append(Uri.EscapeDataString(text));
            mark = '&';
        }

        return query.ToString();
    }

    private static string Escape(string segment) => Uri.EscapeDataString(segment);

    /// <summary>Segments between slashes.</summary>
    private static string EscapePath(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>The answer of an endpoint that says no more than that it worked.</summary>
    private sealed record Nothing
    {
        public static readonly Nothing Here = new();
    }
}
