using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Client.Logging;

/// <summary>MLflow's protocol as far as a run that is logged to needs it, of this server or of any other that speaks it.</summary>
/// <param name="patience">How long a server that is away or busy is asked again.</param>
internal sealed class MlflowApi(HttpClient http, TimeProvider clock, TimeSpan patience)
{
    private const string Base = "api/2.0/mlflow/", Files = "api/2.0/mlflow-artifacts/artifacts/";

    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(100), _longestPause = TimeSpan.FromSeconds(5), _longestAnswer = TimeSpan.FromMinutes(2);

    public Task<JsonElement> Get(string path, CancellationToken cancellation) => Ask(HttpMethod.Get, Base + path, () => null, repeat: true, cancellation);

    /// <param name="repeat">Whether it may be sent again when no answer came: only what does the same twice as once.</param>
    public Task<JsonElement> Post(string path, object body, bool repeat, CancellationToken cancellation)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(body);
        return PostContent(path, () => new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } }, repeat, cancellation);
    }

    public Task<JsonElement> PostContent(string path, Func<HttpContent> content, bool repeat, CancellationToken cancellation) =>
        Ask(HttpMethod.Post, Base + path, content, repeat, cancellation);

    /// <param name="address">Below the artifact proxy.</param>
    /// <param name="content">Made anew for each attempt.</param>
    public Task Upload(string address, Func<HttpContent> content, CancellationToken cancellation) =>
        Ask(HttpMethod.Put, Files + string.Join('/', address.Split('/').Select(Uri.EscapeDataString)), content, repeat: true, cancellation);

    public static CairnException Declined(int status, string code, string message, Exception? cause = null) => new(new Problem("about:blank", code, status, message, code), cause);

    /// <summary>What stands below these fields of an answer.</summary>
    public static JsonElement Within(JsonElement answer, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
            answer = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(field, out var inner)
                ? inner
                : throw Declined(200, "client.unexpected-answer", $"The answer has no '{field}', which is not what a server of MLflow's protocol says. Check the address.");
        return answer;
    }

    public static string Text(JsonElement answer, string field) => Within(answer, field).ToString();

    private async Task<JsonElement> Ask(HttpMethod method, string path, Func<HttpContent?> content, bool repeat, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        for (var pause = _firstPause; ; pause = pause * 2 < _longestPause ? pause * 2 : _longestPause)
        {
            var (answer, failure, wait) = await Try(method, path, content, cancellation).ConfigureAwait(false);
            if (failure is null) return answer;
            if (!repeat || wait is null || clock.GetElapsedTime(began) + pause > patience) throw failure;
            await Task.Delay(wait > pause ? wait.Value : pause, clock, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>One attempt. With a wait, be it zero, it is worth another one.</summary>
    private async Task<(JsonElement Answer, CairnException? Failure, TimeSpan? Wait)> Try(HttpMethod method, string path, Func<HttpContent?> content, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (method != HttpMethod.Put) late.CancelAfter(_longestAnswer); // a file takes as long as it takes
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content() };
            using var response = await http.SendAsync(request, late.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsByteArrayAsync(late.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return (Parse(body), null, null);
            return (default, Declined(response, body), IsBusy(response.StatusCode) ? response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero : null);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException and not FileNotFoundException and not DirectoryNotFoundException)
        {
            return (default, Unreachable(broken.InnerException?.Message ?? broken.Message, broken), TimeSpan.Zero);
        }
        catch (ObjectDisposedException closed)
        {
            return (default, Unreachable("the connection of this client was closed.", closed), null);
        }
        catch (OperationCanceledException stalled) when (!cancellation.IsCancellationRequested)
        {
            return (default, Unreachable($"none within {_longestAnswer.TotalSeconds:0} s.", stalled), TimeSpan.Zero);
        }
    }

    private static bool IsBusy(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    private CairnException Unreachable(string why, Exception cause) => Declined(0, "client.unreachable", $"No answer from {http.BaseAddress}: {why} Is the server running?", cause);

    private static JsonElement Parse(byte[] body)
    {
        try
        {
            return body.Length == 0 ? default : JsonDocument.Parse(body).RootElement;
        }
        catch (JsonException)
        {
            return default; // whoever needs something of it says what is missing
        }
    }

    private static CairnException Declined(HttpResponseMessage response, byte[] body)
    {
        var (status, said) = ((int)response.StatusCode, Parse(body));
        return said.ValueKind == JsonValueKind.Object && said.TryGetProperty("error_code", out var code) && said.TryGetProperty("message", out var message)
            ? Declined(status, code.ToString(), message.ToString())
            : Declined(
                status, "client.unexpected-answer",
                $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri} was answered with status {status}, which is not what a server of MLflow's protocol says. Check the address.");
    }
}
