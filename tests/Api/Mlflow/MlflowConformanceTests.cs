using System.Net;
using System.Text.Json.Nodes;
using Cairn.Api.Tests.Tracking;
using Cairn.Tracking;

namespace Cairn.Api.Tests.Mlflow;

public sealed class MlflowConformanceOnSqlite : MlflowConformanceTests
{
    protected override bool Postgres => false;
}

public sealed class MlflowConformanceOnPostgres : MlflowConformanceTests
{
    protected override bool Postgres => true;
}

/// <summary>What MLflow's own tests of its server ask for beyond what its answers to single requests show.</summary>
public abstract class MlflowConformanceTests : IAsyncLifetime
{
    private const string Root = "file:///mnt/models";

    private TrackingHost _host = null!;

    protected abstract bool Postgres { get; }

    public async ValueTask InitializeAsync() => _host = await TrackingHost.Start(Postgres, options: new TrackingOptions { ArtifactRoot = Root });

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task New_experiments_keep_their_files_below_the_artifact_root_and_one_with_a_place_of_its_own_there()
    {
        var id = await _host.NewExperiment();
        var run = await _host.NewRun(id);
        var own = (await _host.Mlflow("experiments/create", """{"name":"own","artifact_location":"s3://bucket/x"}"""))["experiment_id"]!.GetValue<string>();
        var relative = (await _host.Mlflow("experiments/create", """{"name":"relative","artifact_location":"my_place"}"""))["experiment_id"]!.GetValue<string>();

        (await Location("0")).ShouldBe($"{Root}/0");
        (await Location(id)).ShouldBe($"{Root}/{id}");
        (await _host.Http.MlflowGet($"runs/get?run_id={run}"))["run"]!["info"]!["artifact_uri"]!.GetValue<string>().ShouldBe($"{Root}/{id}/{run}/artifacts");
        (await Location(own)).ShouldBe("s3://bucket/x");
        (await Location(relative)).ShouldBe(Path.GetFullPath("my_place"));

        async Task<string> Location(string experiment) => (await _host.Http.MlflowGet($"experiments/get?experiment_id={experiment}"))["experiment"]!["artifact_location"]!.GetValue<string>();
    }

    [Fact]
    public async Task A_place_on_a_disk_is_the_source_of_a_version_only_in_the_folder_of_its_run_or_its_logged_model()
    {
        var experiment = await _host.NewExperiment();
        var run = await _host.NewRun(experiment);
        var model = await NewLoggedModel(experiment);
        await _host.Mlflow("registered-models/create", """{"name":"m"}""");
        var folder = $"/mnt/models/{experiment}/{run}/artifacts";

        foreach (var source in (string[])[folder, folder + "/model", $"file://{folder}", $"file:{folder}/model", $"file://{folder}/.", $"file://{folder}/model/..", $"file://{folder}/a%20b"])
            (await Register(source, run)).StatusCode.ShouldBe(HttpStatusCode.OK, source);
        foreach (var source in (string[])[$"/mnt/models/{experiment}/models/{model}/artifacts", $"file:///mnt/models/{experiment}/models/{model}/artifacts/x"])
            (await Register(source, null, model)).StatusCode.ShouldBe(HttpStatusCode.OK, source);

        foreach (var source in (string[])
            ["/etc", "file:///etc", folder + "/../..", folder + "x", $"file://{folder}/%2e%2e/%2e%2e/other", $"file://elsewhere{folder}", $"file:///etc?/..{folder}", $"file:///etc#/..{folder}", $"file://{folder}/a%00", $"file:/{folder}", $"file:{folder[1..]}"])
            (await Refused(source, run)).ShouldContain("To use a local path as a model version source", customMessage: source);
        (await Refused(folder, null)).ShouldContain("run_id");
        (await Refused(folder, null, model)).ShouldContain($"models/{model}");
        (await Refused("http://host/a/../../..", run)).ShouldContain("If supplying a source as an http, https,");
        await Register(folder, "0123456789abcdef0123456789abcdef").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");

        Task<string> Refused(string source, string? of, string? logged = null) => Register(source, of, logged).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
    }

    [Fact]
    public async Task A_logged_model_lists_its_versions_in_the_text_that_MLflow_writes()
    {
        var experiment = await _host.NewExperiment();
        var model = await NewLoggedModel(experiment);
        await _host.Mlflow("registered-models/create", """{"name":"m"}""");

        await _host.Mlflow("model-versions/create", $$"""{"name":"m","source":"{{Root}}/{{experiment}}/models/{{model}}/artifacts","model_id":"{{model}}"}""");
        await _host.Mlflow("model-versions/create", $$"""{"name":"m","source":"models:/{{model}}","model_id":"{{model}}"}""");

        var info = (await _host.Http.MlflowGet($"logged-models/{model}"))["model"]!["info"]!;
        info["tags"]!.AsArray().ShouldHaveSingleItem()!["value"]!.GetValue<string>().ShouldBe("""[{"name": "m", "version": 1}, {"name": "m", "version": 2}]""");
        info["registrations"]!.AsArray().Select(version => version!["version"]!.GetValue<string>()).ShouldBe(["2", "1"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_version_made_of_a_logged_model_is_of_the_run_that_logged_it()
    {
        var experiment = await _host.NewExperiment();
        var run = await _host.NewRun(experiment);
        var model = (await _host.Mlflow("logged-models", $$"""{"experiment_id":"{{experiment}}","source_run_id":"{{run}}"}"""))["model"]!["info"]!["model_id"]!.GetValue<string>();
        await _host.Mlflow("registered-models/create", """{"name":"m"}""");

        using var registered = await Register($"models:/{model}", null, model);
        using var other = await Register($"models:/{await NewLoggedModel(experiment)}", null);

        (await _host.Http.MlflowGet("model-versions/get?name=m&version=1"))["model_version"]!["run_id"]!.GetValue<string>().ShouldBe(run);
        (await _host.Http.MlflowGet("model-versions/get?name=m&version=2"))["model_version"]!["run_id"].ShouldBeNull();
    }

    [Fact]
    public async Task A_prompt_names_a_word_as_its_source_and_nothing_else_may()
    {
        await _host.Mlflow("registered-models/create", """{"name":"m","tags":[{"key":"mlflow.prompt.is_prompt","value":"true"}]}""");
        const string prompt = """ "tags":[{"key":"mlflow.prompt.is_prompt","value":"true"}]} """;

        await _host.Mlflow("model-versions/create", """{"name":"m","source":"dummy-source",""" + prompt);

        await Register("dummy-source", null).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        foreach (var source in (string[])["/etc", "..", "file:///etc"])
            await _host.Http.Send(HttpMethod.Post, "model-versions/create", $$"""{"name":"m","source":"{{source}}",""" + prompt).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
    }

    [Theory]
    [InlineData("dog%step%100%timestamp%1764172800000%h99927e1-5419-4dd1-9b14-5323e23e51b5.png")]
    [InlineData("dog%step%10%timestamp%25%qc2f2e2e-5419-4dd1-9b14-5323e23e51b5%compressed.webp")]
    public async Task An_image_is_logged_by_the_name_that_MLflow_gives_it(string name)
    {
        var run = await _host.NewRun();
        using var content = new StringContent("pixels");

        using var put = await _host.Http.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/images/{Uri.EscapeDataString(name)}", content);

        put.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _host.Http.MlflowGet($"artifacts/list?run_id={run}&path=images"))["files"]!.AsArray().ShouldHaveSingleItem()!["path"]!.GetValue<string>().ShouldBe($"images/{name}");
        (await _host.Http.GetStringAsync($"/get-artifact?run_id={run}&path=images/{Uri.EscapeDataString(name)}")).ShouldBe("pixels");
        using var other = new StringContent("x");
        using var refused = await _host.Http.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/%252e%252e/{Uri.EscapeDataString(name)}", other);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_copied_version_leads_to_the_files_of_the_first_though_that_be_deleted()
    {
        await _host.Mlflow("registered-models/create", """{"name":"m"}""");
        await _host.Mlflow("model-versions/create", """{"name":"m","source":"s3://bucket/model"}""");
        await _host.Mlflow("model-versions/create", """{"name":"m","source":"models:/m/1"}""");
        await _host.Mlflow("model-versions/create", """{"name":"m","source":"models:/m/2"}""");
        await _host.Mlflow("model-versions/create", """{"name":"m","source":"models:/m/4"}"""); // itself
        await _host.Mlflow("model-versions/create", """{"name":"m","source":"models:/other/1"}""");
        using var deleted = await _host.Http.Send(HttpMethod.Delete, "model-versions/delete", """{"name":"m","version":"1"}""");
        deleted.StatusCode.ShouldBe(HttpStatusCode.OK);

        (await Place(3)).ShouldBe("s3://bucket/model");
        (await Place(4)).ShouldBe("models:/m/4");
        (await Place(5)).ShouldBe("models:/other/1");

        async Task<string> Place(int version) => (await _host.Http.MlflowGet($"model-versions/get-download-uri?name=m&version={version}"))["artifact_uri"]!.GetValue<string>();
    }

    [Fact]
    public async Task Versions_come_newest_first_and_in_another_order_equals_by_name()
    {
        foreach (var name in (string[])["b", "a", "c"]) await _host.Mlflow("registered-models/create", $$"""{"name":"{{name}}"}""");
        foreach (var name in (string[])["c", "a", "b", "a"])
        {
            await _host.Mlflow("model-versions/create", $$"""{"name":"{{name}}","source":"s3://bucket/model"}""");
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        (await Found("")).ShouldBe(["a2", "b1", "a1", "c1"]);
        (await Found("?order_by=version_number DESC")).ShouldBe(["a2", "a1", "b1", "c1"]);
        (await Found("?order_by=name DESC")).ShouldBe(["c1", "b1", "a2", "a1"]);

        async Task<string[]> Found(string query) =>
            [.. (await _host.Http.MlflowGet("model-versions/search" + query))["model_versions"]!.AsArray().Select(version => version!["name"]!.GetValue<string>() + version["version"]!.GetValue<string>())];
    }

    [Fact]
    public async Task The_description_of_a_version_is_no_change_of_its_model()
    {
        await _host.Mlflow("registered-models/create", """{"name":"m"}""");
        await _host.Mlflow("model-versions/create", """{"name":"m","source":"s3://bucket/model"}""");
        var before = await Model();
        await Task.Delay(5, TestContext.Current.CancellationToken);

        using var described = await _host.Http.Send(HttpMethod.Patch, "model-versions/update", """{"name":"m","version":"1","description":"d"}""");

        described.StatusCode.ShouldBe(HttpStatusCode.OK);
        var after = await Model();
        after["last_updated_timestamp"]!.GetValue<long>().ShouldBe(before["last_updated_timestamp"]!.GetValue<long>());
        after["latest_versions"]![0]!["last_updated_timestamp"]!.GetValue<long>().ShouldBeGreaterThan(before["latest_versions"]![0]!["last_updated_timestamp"]!.GetValue<long>());

        async Task<JsonNode> Model() => (await _host.Http.MlflowGet("registered-models/get?name=m"))["registered_model"]!;
    }

    [Fact]
    public async Task Logged_models_are_found_by_the_dataset_of_any_of_their_metrics()
    {
        var experiment = await _host.NewExperiment();
        var (run, first, second) = (await _host.NewRun(experiment), await NewLoggedModel(experiment), await NewLoggedModel(experiment));
        await _host.Mlflow("runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":1,"timestamp":1,"model_id":"{{first}}","dataset_name":"d","dataset_digest":"1"}""");
        await _host.Mlflow("runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":1,"timestamp":1,"model_id":"{{second}}"}""");

        (await Found("""[{"dataset_name":"d","dataset_digest":"1"}]""")).ShouldBe([first]);
        (await Found("""[{"dataset_name":"x"},{"dataset_name":"d"}]""")).ShouldBe([first]);
        (await Found("""[{"dataset_name":"d","dataset_digest":"2"}]""")).ShouldBeEmpty();
        (await Found("[]")).ShouldBe([second, first]);

        async Task<string[]> Found(string datasets) =>
            [.. ((await _host.Mlflow("logged-models/search", $$"""{"experiment_ids":["{{experiment}}"],"datasets":{{datasets}}}"""))["models"]?.AsArray() ?? []).Select(model => model!["info"]!["model_id"]!.GetValue<string>())];
    }

    [Fact]
    public async Task Tags_of_a_dataset_come_by_key_and_what_a_request_lacks_is_said_in_MLflows_words()
    {
        var run = await _host.NewRun();
        await _host.Mlflow("runs/log-inputs", $$$"""{"run_id":"{{{run}}}","datasets":[{"tags":[{"key":"foo","value":"baz"},{"key":"mlflow.data.context","value":"train"}],"dataset":{"name":"d","digest":"1","source_type":"local","source":"x"}}]}""");

        (await _host.Http.MlflowGet($"runs/get?run_id={run}"))["run"]!["inputs"]!["dataset_inputs"]![0]!["tags"]!.AsArray().Select(tag => tag!["key"]!.GetValue<string>()).ShouldBe(["foo", "mlflow.data.context"]);
        (await Refused("metrics/get-history-bulk?metric_key=k")).ShouldStartWith("GetMetricHistoryBulk request must specify at least one run_id");
        (await Refused("metrics/get-history-bulk?run_id=1")).ShouldStartWith("GetMetricHistoryBulk request must specify a metric_key");
        var many = string.Concat(Enumerable.Range(0, 101).Select(id => $"&run_ids={id}&run_id={id}"));
        (await Refused("metrics/get-history-bulk?metric_key=k" + many)).ShouldStartWith("GetMetricHistoryBulk request cannot specify more than 100 run_ids");
        (await Refused("metrics/get-history-bulk-interval?metric_key=k" + many)).ShouldStartWith("GetMetricHistoryBulkInterval request must specify at most 100 run_ids.");
        (await Refused("metrics/get-history-bulk-interval?metric_key=k")).ShouldStartWith("Missing value for required parameter 'run_ids'.");
        (await _host.Http.Send(HttpMethod.Post, "experiments/search-datasets", "{}").ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"))
            .ShouldBe("SearchDatasets request must specify at least one experiment_id.");

        Task<string> Refused(string path) => _host.Http.GetAsync(MlflowHost.Base + path).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
    }

    private async Task<string> NewLoggedModel(string experiment) =>
        (await _host.Mlflow("logged-models", $$"""{"experiment_id":"{{experiment}}"}"""))["model"]!["info"]!["model_id"]!.GetValue<string>();

    private Task<HttpResponseMessage> Register(string source, string? run, string? model = null) => _host.Http.Send(
        HttpMethod.Post, "model-versions/create", new JsonObject { ["name"] = "m", ["source"] = source, ["run_id"] = run, ["model_id"] = model }.ToJsonString());
}
