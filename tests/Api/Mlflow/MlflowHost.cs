using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Api.Tests.Tracking;

namespace Cairn.Api.Tests.Mlflow;

/// <summary>Asks as MLflow's clients do.</summary>
internal static class MlflowHost
{
    public const string Base = "/api/2.0/mlflow/";

    public static Task<JsonNode> Mlflow(this TrackingHost host, string path, string body) => host.Http.Mlflow(path, body);

    /// <summary>A POST that is answered with 200.</summary>
    public static async Task<JsonNode> Mlflow(this HttpClient http, string path, string body)
    {
        using var answer = await http.Send(HttpMethod.Post, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    public static async Task<JsonNode> MlflowGet(this HttpClient http, string path)
    {
        using var answer = await http.GetAsync(Base + path);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    public static Task<HttpResponseMessage> Send(this HttpClient http, HttpMethod method, string path, string body) => http.SendAsync(
        new HttpRequestMessage(method, path.StartsWith('/') ? path : Base + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") });

    /// <summary>Answered with that status and code. Returns the message.</summary>
    public static async Task<string> ShouldBeError(this Task<HttpResponseMessage> asked, HttpStatusCode status, string code)
    {
        using var answer = await asked;
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(status, text);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/json");
        var error = JsonNode.Parse(text)!;
        error["error_code"]!.GetValue<string>().ShouldBe(code, text);
        return error["message"]!.GetValue<string>();
    }

    public static async Task<string> NewExperiment(this TrackingHost host, string name = "e") =>
        (await host.Mlflow("experiments/create", $$"""{"name":"{{name}}"}"""))["experiment_id"]!.GetValue<string>();

    public static async Task<string> NewRun(this TrackingHost host, string experiment = "0", long start = 1) =>
        (await host.Mlflow("runs/create", $$"""{"experiment_id":"{{experiment}}","start_time":{{start}}}"""))["run"]!["info"]!["run_id"]!.GetValue<string>();
}
