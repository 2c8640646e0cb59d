using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.EndToEnd.Tests.Browser;

/// <summary>The API of the demo, as it answers on a bad day: <paramref name="instead"/> of its own answer, or with every text of users made <paramref name="hostile"/>.</summary>
internal sealed partial class AlteredApi(Uri server, Func<string, HttpResponseMessage?> instead, bool hostile = false) : DelegatingHandler(new SocketsHttpHandler())
{
    /// <summary>Does harm if it is taken for markup; of other scripts and directions; of 10,000 characters.</summary>
    private static readonly string[] Hostile = ["<img src=x onerror=\"window.harmed=1\"><script>window.harmed=1</script>", " שלום مرحبا 👩‍👩‍👧‍👦🏳️‍🌈", new('W', 10_000)];

    public static AlteredApi Denying(Uri server) => new(server, _ => Refusal(403, "access.permission-missing", "ada may not do this in the workspace default: the permission is missing. Ask somebody who administers it."));

    public static AlteredApi Failing(Uri server) => new(server, _ => Fault());

    /// <summary>Knows what a page is about, and fails at all else that the page asks.</summary>
    public static AlteredApi HalfFailing(Uri server) => new(server, path => OneThing().IsMatch(path) ? null : Fault());

    public static AlteredApi KnowingNothing(Uri server) => new(server, path => Refusal(404, "path.missing", $"There is no {path}. Lists show what there is."));

    public static AlteredApi Unreachable(Uri server) => new(server, _ => throw new HttpRequestException("Connection refused (127.0.0.1:8080)"));

    public static AlteredApi WithHostileText(Uri server) => new(server, _ => null, hostile: true);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (instead(request.RequestUri!.AbsolutePath["/api/v1/".Length..]) is { } other) return other;
        // Asked for by its hostile name, a thing is found by its own.
        var path = Hostile.Aggregate(request.RequestUri!.PathAndQuery, (path, text) => path.Replace(Uri.EscapeDataString(text), "", StringComparison.OrdinalIgnoreCase));
        request.RequestUri = new Uri(server, path);
        var answer = await base.SendAsync(request, cancellationToken);
        if (!hostile || answer.Content.Headers.ContentType?.MediaType is not "application/json") return answer;
        var body = JsonNode.Parse(await answer.Content.ReadAsStreamAsync(cancellationToken))!;
        Alter(body);
        answer.Content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json"));
        return answer;
    }

    private static void Alter(JsonNode node)
    {
        if (node is JsonArray items)
            foreach (var item in items.OfType<JsonNode>()) Alter(item);
        if (node is not JsonObject known) return;
        foreach (var (name, value) in known.ToList())
        {
            if (value is JsonValue text && text.GetValueKind() == JsonValueKind.String && Texts.Contains(name)) known[name] = Harmful(text.GetValue<string>());
            else if (value is JsonObject { Count: > 0 } named && name is "params" or "tags" or "metrics")
                foreach (var key in Hostile) ((JsonObject)value)[key] = ((JsonObject)value).First().Value!.DeepClone();
            else if (value is not null) Alter(value);
        }
    }

    /// <summary>The same text always becomes the same.</summary>
    private static string Harmful(string text) => text + Hostile[text.Length % Hostile.Length];

    /// <summary>What users or their files name or say.</summary>
    private static readonly HashSet<string> Texts = new(StringComparer.Ordinal)
    {
        "name", "model", "project", "dataset", "experiment_name", "deployment", "description", "detail", "message", "reason", "caller", "user", "started_by", "resumed_by", "entity", "subject", "summary", "note", "cause", "advice",
        "column", "feature", "baseline_name", "table", "source", "found", "expected", "path", "home", "variant", "positive", "negative", "value", "rule", "gate", "target", "words", "why",
    };

    private static HttpResponseMessage Fault() => Refusal(500, "server.fault", "Something went wrong that should not. Nothing was changed; the log of the server has the trace.");

    private static HttpResponseMessage Refusal(int status, string code, string detail) => new((HttpStatusCode)status)
    {
        Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new Problem($"https://cairn.dev/problems/{code}", code, status, detail, code, "4bf92f3577b34da6a3ce929d0e0e4736"), CairnJson.Options)),
    };

    [GeneratedRegex("^[a-z-]+/[^/]+(/versions/[0-9]+)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OneThing();
}
