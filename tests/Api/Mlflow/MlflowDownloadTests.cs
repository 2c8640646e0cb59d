using System.Net;
using Cairn.Api.Tests.Tracking;

namespace Cairn.Api.Tests.Mlflow;

public sealed class MlflowDownloadsOnSqlite : MlflowDownloadTests
{
    protected override bool Postgres => false;
}

public sealed class MlflowDownloadsOnPostgres : MlflowDownloadTests
{
    protected override bool Postgres => true;
}

/// <summary>Files where MLflow's pages ask for them and leave them.</summary>
public abstract class MlflowDownloadTests : TrackingOn
{
    [Theory]
    [InlineData("", "run_id")]
    [InlineData("/w/default", "run_uuid")]
    public async Task A_file_of_a_run_comes_as_a_download_that_no_browser_runs(string workspace, string parameter)
    {
        var run = await _host.NewRun();
        await Put($"0/{run}/artifacts/plots/a page.html", "<script>alert(1)</script>");

        using var answer = await _host.Http.GetAsync($"{workspace}/get-artifact?path=plots%2Fa%20page.html&{parameter}={run}");

        (await answer.Content.ReadAsStringAsync()).ShouldBe("<script>alert(1)</script>");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        answer.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        answer.Content.Headers.ContentDisposition!.FileName.ShouldBe("a page.html");
        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("sandbox");
    }

    [Theory]
    [InlineData("models:/{model}", "MLmodel")]
    [InlineData("mlflow-artifacts:/0/models/{model}/artifacts", "MLmodel")]
    [InlineData("mlflow-artifacts:/0/{run}/artifacts/model", "MLmodel")]
    [InlineData("mlflow-artifacts://host:1/0/{run}/artifacts", "model/MLmodel")]
    [InlineData("runs:/{run}/model", "MLmodel")]
    [InlineData("runs:/{run}", "model/MLmodel")]
    public async Task A_file_of_a_version_is_found_wherever_the_version_has_it(string source, string path)
    {
        var run = await _host.NewRun();
        var model = (await _host.Mlflow("logged-models", """{"experiment_id":"0"}"""))["model"]!["info"]!["model_id"]!.GetValue<string>();
        await Put($"0/{run}/artifacts/model/MLmodel", "flavors: {}");
        await Put($"0/models/{model}/artifacts/MLmodel", "flavors: {}");
        await _host.Mlflow("registered-models/create", """{"name":"m"}""");
        await _host.Mlflow("model-versions/create", $$"""{"name":"m","source":"{{source.Replace("{run}", run, StringComparison.Ordinal).Replace("{model}", model, StringComparison.Ordinal)}}"}""");

        (await _host.Http.GetStringAsync($"/model-versions/get-artifact?path={path}&name=m&version=1")).ShouldBe("flavors: {}");
        (await _host.Http.GetStringAsync($"/w/default/model-versions/get-artifact?path={path}&name=m&version=1")).ShouldBe("flavors: {}");
        (await _host.Http.GetStringAsync($"/ajax-api/2.0/mlflow/logged-models/{model}/artifacts/files?artifact_file_path=MLmodel")).ShouldBe("flavors: {}");
    }

    [Fact]
    public async Task What_is_not_there_is_said_and_nothing_of_another_workspace_is_shown()
    {
        var run = await _host.NewRun();
        await Put($"0/{run}/artifacts/a.txt", "a");
        await _host.Mlflow("registered-models/create", """{"name":"m"}""");
        await _host.Mlflow("model-versions/create", """{"name":"m","source":"s3://bucket/m"}""");

        await _host.Http.GetAsync($"/get-artifact?run_id={run}&path=b.txt").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Http.GetAsync($"/get-artifact?run_id={run}").ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        await _host.Http.GetAsync("/get-artifact?path=a.txt").ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        await _host.Http.GetAsync($"/get-artifact?run_id={run}&path=../a.txt").ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        (await _host.Http.GetAsync("/model-versions/get-artifact?name=m&version=1&path=MLmodel").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST")).ShouldContain("s3://bucket/m");
        await _host.Neighbour.GetAsync($"/get-artifact?run_id={run}&path=a.txt").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Neighbour.GetAsync("/model-versions/get-artifact?name=m&version=1&path=MLmodel").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Neighbour.GetAsync($"/w/default/get-artifact?run_id={run}&path=a.txt").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task A_version_from_elsewhere_leads_to_no_run_of_another_workspace()
    {
        var run = await _host.NewRun();
        await Put($"0/{run}/artifacts/a.txt", "a");
        await _host.Neighbour.Mlflow("registered-models/create", """{"name":"m"}""");
        foreach (var source in (string[])[$"runs:/{run}", $"mlflow-artifacts:/0/{run}/artifacts"])
            await _host.Neighbour.Mlflow("model-versions/create", $$"""{"name":"m","source":"{{source}}"}""");

        foreach (var version in (int[])[1, 2])
            await _host.Neighbour.GetAsync($"/model-versions/get-artifact?name=m&version={version}&path=a.txt").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task A_small_file_is_left_by_a_page()
    {
        var run = await _host.NewRun();

        using var stored = await _host.Http.PostAsync($"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=notes%2Fa.txt", new StringContent("a"));

        (stored.StatusCode, await stored.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.OK, "{}"));
        (await _host.Http.GetStringAsync($"/get-artifact?run_uuid={run}&path=notes/a.txt")).ShouldBe("a");
        await Post($"run_uuid={run}&path=a.txt", "").ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        await Post($"run_uuid={run}&path=a.txt", new string('x', (10 << 20) + 1)).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        await Post($"run_uuid={run}", "a").ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        await Post("path=a.txt", "a").ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        await Post("run_uuid=nobody&path=a.txt", "a").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");

        Task<HttpResponseMessage> Post(string query, string content) => _host.Http.PostAsync($"/ajax-api/2.0/mlflow/upload-artifact?{query}", new StringContent(content));
    }

    private async Task Put(string path, string content)
    {
        using var answer = await _host.Http.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/{path.Replace(" ", "%20", StringComparison.Ordinal)}", new StringContent(content));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }
}
