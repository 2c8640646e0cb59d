using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Api.Tests.Server;
using Cairn.Api.Tests.Tracking;

namespace Cairn.Api.Tests.Mlflow;

public sealed class MlflowArtifactsOnSqlite : MlflowArtifactTests
{
    protected override bool Postgres => false;
}

public sealed class MlflowArtifactsOnPostgres : MlflowArtifactTests
{
    protected override bool Postgres => true;
}

/// <summary>Files by the artifact proxy, and the logged models of a 3.x client.</summary>
public abstract class MlflowArtifactTests : TrackingOn
{
    private const string Proxy = "/api/2.0/mlflow-artifacts/artifacts";

    [Fact]
    public async Task A_file_goes_up_comes_down_whole_or_in_part_and_is_listed()
    {
        var run = await _host.NewRun();
        await Put($"0/{run}/artifacts/plots/roc curve.png", "0123456789");
        await Put($"0/{run}/artifacts/notes.txt", "hello");

        var answer = await _host.Http.GetAsync($"{Proxy}/0/{run}/artifacts/plots/roc%20curve.png");
        (await answer.Content.ReadAsStringAsync()).ShouldBe("0123456789");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/png");
        answer.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        var part = new HttpRequestMessage(HttpMethod.Get, $"{Proxy}/0/{run}/artifacts/plots/roc%20curve.png") { Headers = { Range = new RangeHeaderValue(2, 4) } };
        var partly = await _host.Http.SendAsync(part);
        (partly.StatusCode, await partly.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.PartialContent, "234"));

        (await _host.Http.MlflowGet($"artifacts/list?run_id={run}"))["files"]!.ToJsonString().ShouldBe("""[{"path":"notes.txt","is_dir":false,"file_size":5},{"path":"plots","is_dir":true}]""");
        (await _host.Http.MlflowGet($"artifacts/list?run_id={run}&path=plots"))["files"]!.ToJsonString().ShouldBe("""[{"path":"plots/roc curve.png","is_dir":false,"file_size":10}]""");
        JsonNode.Parse(await _host.Http.GetStringAsync($"{Proxy}?path=0/{run}/artifacts/plots"))!["files"]!.ToJsonString().ShouldBe("""[{"path":"roc curve.png","is_dir":false,"file_size":10}]""");
        (await _host.Http.GetStringAsync($"/api/v1/runs/{run}/artifacts/content/notes.txt")).ShouldBe("hello"); // the same files as Cairn's own

        (await _host.Http.DeleteAsync($"{Proxy}/0/{run}/artifacts/plots")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _host.Http.GetAsync($"{Proxy}/0/{run}/artifacts/plots/roc%20curve.png").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task Files_of_another_experiment_another_workspace_or_a_deleted_run_are_not_reached()
    {
        var (run, other) = (await _host.NewRun(), await _host.NewExperiment());
        await Put($"0/{run}/artifacts/a.txt", "a");

        await _host.Http.GetAsync($"{Proxy}/{other}/{run}/artifacts/a.txt").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Neighbour.GetAsync($"{Proxy}/0/{run}/artifacts/a.txt").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Neighbour.PutAsync($"{Proxy}/0/{run}/artifacts/b.txt", new StringContent("b")).ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Http.GetAsync($"{Proxy}/elsewhere/a.txt").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Mlflow("runs/delete", $$"""{"run_id":"{{run}}"}""");
        await _host.Http.PutAsync($"{Proxy}/0/{run}/artifacts/b.txt", new StringContent("b")).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
    }

    [Fact]
    public async Task A_model_is_logged_with_its_files_registered_and_found()
    {
        var run = await _host.NewRun();
        var made = (await _host.Mlflow("logged-models", $$"""{"experiment_id":"0","name":"churn","source_run_id":"{{run}}","model_type":"xgboost","params":[{"key":"depth","value":"6"}]}"""))["model"]!["info"]!;
        var id = made["model_id"]!.GetValue<string>();
        made["status"]!.GetValue<string>().ShouldBe("LOGGED_MODEL_PENDING");
        await Put($"0/models/{id}/artifacts/MLmodel", "flavors: {}");
        (await _host.Http.Send(HttpMethod.Patch, $"logged-models/{id}", """{"status":"LOGGED_MODEL_READY"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _host.Mlflow("runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{"key":"auc","value":0.9,"timestamp":1,"model_id":"{{id}}","dataset_name":"train","dataset_digest":"d"},{"key":"auc","value":0.7,"timestamp":1,"step":1,"model_id":"{{id}}","dataset_name":"test"}]}""");
        await _host.Mlflow("runs/outputs", $$"""{"run_id":"{{run}}","models":[{"model_id":"{{id}}","step":0}]}""");
        await _host.Mlflow("registered-models/create", """{"name":"m"}""");
        var version = (await _host.Mlflow("model-versions/create", $$"""{"name":"m","source":"models:/{{id}}","run_id":"{{run}}","model_id":"{{id}}"}"""))["model_version"]!;

        version["model_id"]!.GetValue<string>().ShouldBe(id);
        (await _host.Http.MlflowGet("model-versions/get-download-uri?name=m&version=1"))["artifact_uri"]!.GetValue<string>().ShouldBe($"mlflow-artifacts:/0/models/{id}/artifacts");
        var read = (await _host.Http.MlflowGet($"logged-models/{id}"))["model"]!;
        read["info"]!["registrations"]!.ToJsonString().ShouldBe("""[{"name":"m","version":"1"}]""");
        read["info"]!["tags"]!.ToJsonString().ShouldContain("mlflow.modelVersions");
        read["data"]!["metrics"]!.AsArray().Count.ShouldBe(2);
        (await _host.Http.MlflowGet($"logged-models/{id}/artifacts/directories"))["files"]!.ToJsonString().ShouldContain("MLmodel");
        (await _host.Http.MlflowGet($"runs/get?run_id={run}"))["run"]!["outputs"]!["model_outputs"]![0]!["model_id"]!.GetValue<string>().ShouldBe(id);

        (await Found("metrics.auc > 0.8")).ShouldBe(1);
        (await Found("metrics.auc > 0.8", ""","datasets":[{"dataset_name":"test"}]""")).ShouldBe(0);
        (await Found("name = 'churn' AND params.depth IN ('6','7') AND attributes.status = 'LOGGED_MODEL_READY'", ""","order_by":[{"field_name":"metrics.auc","ascending":false,"dataset_name":"test"},{"field_name":"creation_time"}]""")).ShouldBe(1);
        (await _host.Http.Send(HttpMethod.Delete, $"logged-models/{id}", "{}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Found("name = 'churn'")).ShouldBe(0);

        async Task<int> Found(string filter, string rest = "") => (await _host.Mlflow("logged-models/search", $$$"""{"experiment_ids":["0"],"filter":"{{{filter}}}"{{{rest}}}}"""))["models"]?.AsArray().Count ?? 0;
    }

    private async Task Put(string path, string content)
    {
        using var answer = await _host.Http.PutAsync($"{Proxy}/{path.Replace(" ", "%20", StringComparison.Ordinal)}", new StringContent(content));
        (answer.StatusCode, await answer.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.OK, "{}"));
    }
}

/// <summary>Over TCP to the real server: bytes as they are, and bodies beyond its usual limit.</summary>
public class MlflowFilesOverTcpTests
{
    [Theory]
    [InlineData("../x")]
    [InlineData("%2e%2e/x")]
    [InlineData("..%2fx")]
    [InlineData("a/%252e%252e/%252e%252e/x")]
    [InlineData("a%5c..%5cx")]
    [InlineData("%c0%ae%c0%ae/x")]
    [InlineData("%EF%BC%8E%EF%BC%8E/x")]
    [InlineData("a//b")]
    [InlineData("%2fetc/passwd")]
    [InlineData("a%00b")]
    [InlineData("%2e%2e%2f%2e%2e%2fx")]
    [InlineData("%252e%252e%252fx")]
    [InlineData("a%252f..%252fx")]
    [InlineData("a%255c..%255cx")]
    [InlineData("%25252e%25252e/x")]
    [InlineData("a%2500b")]
    [InlineData("C:/x")]
    [InlineData("c%3a%5cx")]
    [InlineData("file:%2f%2f%2fetc/passwd")]
    public async Task A_path_that_could_leave_its_folder_is_refused_in_every_spelling(string path)
    {
        await using var home = await TestHome.Start();
        var run = (await home.Http.Mlflow("runs/create", """{"experiment_id":"0"}"""))["run"]!["info"]!["run_id"]!.GetValue<string>();

        var model = (await home.Http.Mlflow("logged-models", """{"experiment_id":"0"}"""))["model"]!["info"]!["model_id"]!.GetValue<string>();
        await home.Http.Mlflow("registered-models/create", """{"name":"m"}""");
        await home.Http.Mlflow("model-versions/create", $$"""{"name":"m","source":"mlflow-artifacts:/0/{{run}}/artifacts"}""");

        foreach (var method in (string[])["PUT", "GET", "DELETE"])
            foreach (var place in (string[])[$"0/{run}/artifacts/", "shared/", ""])
                (await Status(home, $"{method} /api/2.0/mlflow-artifacts/artifacts/{place}{path}")).ShouldBeInRange(400, 404, $"{method} {place}{path}");
        (await Status(home, $"GET /api/2.0/mlflow-artifacts/artifacts?path={path}")).ShouldBeInRange(400, 404, path);
        (await Status(home, $"GET /api/2.0/mlflow/artifacts/list?run_id={run}&path={path}")).ShouldBeInRange(400, 404, path);
        (await Status(home, $"GET /get-artifact?run_id={run}&path={path}")).ShouldBeInRange(400, 404, path);
        (await Status(home, $"GET /model-versions/get-artifact?name=m&version=1&path={path}")).ShouldBeInRange(400, 404, path);
        (await Status(home, $"GET /ajax-api/2.0/mlflow/logged-models/{model}/artifacts/files?artifact_file_path={path}")).ShouldBeInRange(400, 404, path);
        (await Status(home, $"POST /ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path={path}")).ShouldBeInRange(400, 404, path);
        foreach (var place in (string[])[$"0/{run}/artifacts/", ""])
            (await Status(home, $"POST /api/2.0/mlflow-artifacts/mpu/create/{place}{path}", """{"path":"x.bin","num_parts":1}""")).ShouldBeInRange(400, 404, path);
        (await home.Http.GetStringAsync("/api/2.0/mlflow-artifacts/artifacts", TestContext.Current.CancellationToken)).ShouldBe("{}");
        (await home.Http.MlflowGet($"artifacts/list?run_id={run}"))["files"].ShouldBeNull();
    }

    [Theory]
    [InlineData("//model-versions/get-artifact?name=m&path=..%2Fx", "/model-versions/get-artifact?name=m&path=..%2Fx")]
    [InlineData("///api/2.0/mlflow/experiments/get?experiment_id=0", "/api/2.0/mlflow/experiments/get?experiment_id=0")]
    [InlineData("//evil.example/x", "/evil.example/x")]
    [InlineData("//%5Cevil.example/x", "/evil.example/x")]
    [InlineData("//%09/evil.example/x", "/%09/evil.example/x")]
    public async Task A_doubled_slash_before_a_path_leads_to_the_path_on_this_server(string sent, string meant)
    {
        await using var home = await TestHome.Start();

        var head = await Head(home, $"GET {sent}", int.MaxValue);
        head.ShouldStartWith("HTTP/1.1 308 ");
        head.ShouldContain($"\nLocation: {meant}\n");
    }

    [Fact]
    public async Task A_file_larger_than_any_other_body_streams_up_and_down()
    {
        const int Length = 48 << 20;
        await using var home = await TestHome.Start();
        var run = (await home.Http.Mlflow("runs/create", """{"experiment_id":"0"}"""))["run"]!["info"]!["run_id"]!.GetValue<string>();
        var content = RandomNumberGenerator.GetBytes(Length);
        var path = $"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/large.bin";

        (await home.Http.PutAsync(path, new StreamContent(new MemoryStream(content)), TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);

        SHA256.HashData(await home.Http.GetByteArrayAsync(path, TestContext.Current.CancellationToken)).ShouldBe(SHA256.HashData(content));
    }

    private static async Task<int> Status(TestHome home, string request, string body = "x") =>
        int.Parse((await Head(home, request, 1, body)).Split(' ')[1], CultureInfo.InvariantCulture);

    private static async Task<string> Head(TestHome home, string request, int lines, string body = "x")
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", home.Http.BaseAddress!.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{request} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var head = new StringBuilder();
        for (var line = 0; line < lines && await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 } text; line++) head.Append(text).Append('\n');
        return head.ToString();
    }
}
