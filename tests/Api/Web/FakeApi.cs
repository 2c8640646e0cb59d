using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

/// <summary>An API that answers what the test says; whatever it does not say is an empty list.</summary>
public sealed class FakeApi : HttpMessageHandler
{
    private readonly Dictionary<string, (HttpStatusCode Status, object Body)> _answers = new(StringComparer.Ordinal)
    {
        ["projects"] = (HttpStatusCode.OK, new Page<ProjectWire>([])),
        ["runs"] = (HttpStatusCode.OK, new Page<RunWire>([])),
        ["models"] = (HttpStatusCode.OK, new Page<ModelWire>([])),
        ["deployments"] = (HttpStatusCode.OK, new Page<DeploymentWire>([])),
        ["audit"] = (HttpStatusCode.OK, new Page<AuditEntry>([])),
        ["flow-runs"] = (HttpStatusCode.OK, new Page<FlowRunWire>([])),
        ["bin"] = (HttpStatusCode.OK, new Page<BinItemWire>([])),
        ["datasets"] = (HttpStatusCode.OK, new Page<DatasetWire>([])),
        ["predictions"] = (HttpStatusCode.OK, new Page<LoggedPredictionWire>([])),
        ["storage"] = (HttpStatusCode.OK, new StorageUse("/home/ada/.cairn", 1_400_000_000, 75_600_000_000, [new("blobs", 1_204, 1_300_000_000), new("database", 3, 100_000_000)])),
        ["doctor"] = (HttpStatusCode.OK, new DoctorReport(true, [new("server", "ok", "Cairn 0.1.0")])),
        ["about"] = (HttpStatusCode.OK, new About("0.1.0", "/home/ada/.cairn", "sqlite", 0, "default", "local-admin", "http://127.0.0.1:8080")),
    };

    private readonly Dictionary<string, (HttpStatusCode Status, object Body)> _declined = new(StringComparer.Ordinal);

    /// <value>Path and query of what was asked, in no order.</value>
    public ConcurrentBag<string> Asked { get; } = [];

    /// <value>Method, path and body of what was asked to change.</value>
    public ConcurrentBag<(string Method, string Path, string Body)> Sent { get; } = [];

    /// <value>What was last sent to a path.</value>
    public ConcurrentDictionary<string, string> Bodies { get; } = new(StringComparer.Ordinal);

    /// <param name="path">With a query it is the answer to that query alone, without one to all others.</param>
    /// <param name="body">Bytes are answered as they are, all else as JSON.</param>
    public FakeApi With(string path, object body)
    {
        _answers[path] = (HttpStatusCode.OK, body);
        return this;
    }

    public FakeApi Answering(string path, int status, object body)
    {
        _answers[path] = ((HttpStatusCode)status, body);
        return this;
    }

    public FakeApi Refusing(string path, int status, string code, string detail)
    {
        _answers[path] = Refused(status, code, detail);
        return this;
    }

    /// <summary>From now on whatever may be empty is: what was said, what stands in tags and params.</summary>
    public FakeApi SayingNothing()
    {
        foreach (var (path, (status, body)) in _answers.Where(answer => answer.Value.Body is not byte[]).ToList())
        {
            var silent = JsonSerializer.SerializeToNode(body, body.GetType(), CairnJson.Options)!;
            Silence(silent);
            _answers[path] = (status, silent);
        }

        return this;
    }

    private static void Silence(JsonNode node)
    {
        foreach (var child in (node as JsonArray ?? []).OfType<JsonNode>()) Silence(child);
        foreach (var (name, value) in (node as JsonObject ?? []).ToList())
        {
            if (name is "message" or "reason" or "detail" or "description" or "summary" or "source" or "status_message" && value?.GetValueKind() == JsonValueKind.String) node[name] = "";
            else if (name is "tags" or "params" && value is JsonObject texts) foreach (var (key, _) in texts.Where(text => text.Value?.GetValueKind() == JsonValueKind.String && !text.Key.StartsWith("cairn.", StringComparison.Ordinal)).ToList()) texts[key] = "";
            else if (value is not null) Silence(value);
        }
    }

    /// <summary>It can be read and not changed.</summary>
    public FakeApi RefusingChange(string path, int status, string code, string detail)
    {
        _declined[path] = Refused(status, code, detail);
        return this;
    }

    private static (HttpStatusCode Status, object Body) Refused(int status, string code, string detail) =>
        ((HttpStatusCode)status, new Problem($"https://cairn.dev/problems/{code}", code, status, detail, code, "4bf92f3577b34da6a3ce929d0e0e4736"));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath["/api/v1/".Length..];
        Asked.Add(path + request.RequestUri.Query);
        if (request.Method != HttpMethod.Get) Sent.Add((request.Method.Method, path, request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)));
        if (request.Content is not null) Bodies[path] = await request.Content.ReadAsStringAsync(cancellationToken);
        var (status, body) = request.Method != HttpMethod.Get && _declined.TryGetValue(path, out var declined) ? declined : _answers.TryGetValue(path + request.RequestUri.Query, out var answer) || _answers.TryGetValue(path, out answer)
            ? answer
            : (HttpStatusCode.NotFound, new Problem("https://cairn.dev/problems/test.missing", "test.missing", 404, $"There is no {path}.", "test.missing"));
        return new HttpResponseMessage(status)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(body as byte[] ?? JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), CairnJson.Options)),
        };
    }
}
