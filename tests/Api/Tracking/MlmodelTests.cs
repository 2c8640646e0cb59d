using System.Net;
using Cairn.Api.Tests.Mlflow;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

/// <summary>The file is one that <c>mlflow.sklearn.log_model(model, name="churn", signature=…)</c> of 3.6 writes.</summary>
public sealed class MlmodelTests : IAsyncLifetime
{
    private const string Written =
        """
        artifact_path: mlflow-artifacts:/0/models/m-1/artifacts
        flavors:
          python_function:
            env:
              conda: conda.yaml
              virtualenv: python_env.yaml
            loader_module: mlflow.sklearn
            model_path: model.pkl
            predict_fn: predict
            python_version: 3.11.8
          sklearn:
            code: null
            pickled_model: model.pkl
            serialization_format: cloudpickle
            sklearn_version: 1.7.2
        mlflow_version: 3.6.0
        model_id: m-1
        model_size_bytes: 869
        resources:
        - api_version: '1'
          databricks: {}
        signature:
          inputs: '[{"type": "double", "name": "tenure", "required": true}, {"type": "string", "name": "plan", "required": false}, {"type": "array", "items": {"type": "long"}, "name": "calls", "required": true}]'
          outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
          params: '[{"name": "threshold", "default": 0.5, "shape": null, "type": "double"}]'
        type_hint_from_example: false
        utc_time_created: '2026-11-26 09:00:00.000000'
        """;

    private TrackingHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TrackingHost.Start();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_model_of_Python_is_shown_with_its_flavors_signature_params_metrics_and_files()
    {
        var run = await _host.NewRun();
        var id = (await _host.Mlflow("logged-models", $$"""{"experiment_id":"0","name":"churn","source_run_id":"{{run}}","model_type":"sklearn","params":[{"key":"depth","value":"6"}]}"""))["model"]!["info"]!["model_id"]!.GetValue<string>();
        await Put($"0/models/{id}/artifacts/MLmodel", Written);
        await Put($"0/models/{id}/artifacts/model.pkl", "0123");
        await _host.Mlflow("runs/log-metric", $$"""{"run_id":"{{run}}","key":"auc","value":0.9,"timestamp":1,"model_id":"{{id}}","dataset_name":"test"}""");

        var shown = await Registered($"models:/{id}", run);

        (shown.ModelId, shown.Name, shown.ModelType, shown.SourceRunId, shown.MlflowVersion).ShouldBe((id, "churn", "sklearn", run, "3.6.0"));
        shown.Params["depth"].ShouldBe("6");
        (shown.Metrics.ShouldHaveSingleItem().Key, shown.Metrics[0].Value, shown.Metrics[0].Dataset).ShouldBe(("auc", 0.9, "test"));
        shown.Flavors!.Select(flavor => flavor.Name).ShouldBe(["python_function", "sklearn"]);
        shown.Flavors![1].Settings.Select(setting => $"{setting.Key}={setting.Value}").Order(StringComparer.Ordinal).ShouldBe(["pickled_model=model.pkl", "serialization_format=cloudpickle", "sklearn_version=1.7.2"]);
        shown.Flavors![0].Settings.ContainsKey("conda").ShouldBeFalse("what is deeper is not flattened");
        shown.Signature!.Inputs.Select(field => $"{field.Name} {field.Type} {field.Required}").ShouldBe(["tenure double True", "plan string False", "calls array of long True"]);
        shown.Signature.Outputs.ShouldHaveSingleItem().Type.ShouldBe("int64 (-1)");
        (shown.Signature.Params[0].Name, shown.Signature.Params[0].Default).ShouldBe(("threshold", "0.5"));
        shown.Files!.Select(file => (file.Path, file.Length)).ShouldBe([("MLmodel", (long?)Written.Length), ("model.pkl", 4)]);
    }

    [Theory]
    [InlineData("runs:/{run}/model")]
    [InlineData("mlflow-artifacts:/0/{run}/artifacts/model")]
    public async Task A_model_of_an_older_client_is_read_from_the_files_of_its_run(string source)
    {
        var run = await _host.NewRun();
        await Put($"0/{run}/artifacts/model/MLmodel", Written);
        await Put($"0/{run}/artifacts/other.txt", "x");

        var shown = await Registered(source.Replace("{run}", run, StringComparison.Ordinal), run);

        shown.ModelId.ShouldBeNull();
        shown.Signature!.Inputs.Count.ShouldBe(3);
        shown.Files.ShouldHaveSingleItem().Path.ShouldBe("MLmodel");
    }

    [Fact]
    public async Task What_is_elsewhere_or_broken_or_hidden_is_told_as_such()
    {
        var run = await _host.NewRun();
        await _host.Mlflow("registered-models/create", """{"name":"m"}""");
        await _host.Mlflow("model-versions/create", """{"name":"m","source":"s3://bucket/model"}""");
        await _host.Mlflow("model-versions/create", $$"""{"name":"m","source":"runs:/{{run}}/deep"}""");
        await _host.Mlflow("model-versions/create", $$"""{"name":"m","source":"runs:/{{run}}/broken"}""");
        await _host.Mlflow("model-versions/create", $$"""{"name":"m","source":"runs:/{{run}}/none"}""");
        await Put($"0/{run}/artifacts/deep/MLmodel", string.Concat(Enumerable.Repeat("[", 100_000)));
        await Put($"0/{run}/artifacts/broken/MLmodel", "flavors: {sklearn: \"unclosed");

        (await _host.Http.GetAsync(Path(1)).ShouldBeProblem(HttpStatusCode.NotFound, "registry.files-elsewhere")).ShouldContain("s3://bucket/model");
        await _host.Http.GetAsync(Path(2)).ShouldBeProblem(HttpStatusCode.Conflict, "registry.mlmodel-invalid");
        await _host.Http.GetAsync(Path(3)).ShouldBeProblem(HttpStatusCode.Conflict, "registry.mlmodel-invalid");
        var none = await _host.Get<MlmodelWire>(Path(4));
        (none.Flavors!.Count, none.Signature, none.Files!.Count).ShouldBe((0, null, 0));
        (await _host.Neighbour.GetAsync(Path(1))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static string Path(long version) => $"/api/v1/models/m/versions/{version}/mlmodel";

    private async Task<MlmodelWire> Registered(string source, string run)
    {
        await _host.Mlflow("registered-models/create", """{"name":"m"}""");
        await _host.Mlflow("model-versions/create", $$"""{"name":"m","source":"{{source}}","run_id":"{{run}}"}""");
        return await _host.Get<MlmodelWire>(Path(1));
    }

    private async Task Put(string path, string content) =>
        await _host.Http.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/{path}", new StringContent(content)).ShouldSucceed(HttpStatusCode.OK);
}
