using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Cairn.Api.Tests.Faults;
using Cairn.Api.Tests.Server;
using Cairn.Unit.Tests.Storage;

namespace Cairn.Api.Tests.Mlflow;

/// <summary>
/// Mutated bodies and queries on every call of the protocol: never a status of 500 or more, which MLflow's clients would repeat for minutes.
/// CAIRN_MUTATIONS says how many (2,000 for each database), CAIRN_SEED which.
/// </summary>
public class MlflowMutationTests
{
    private static readonly int Count = Number("CAIRN_MUTATIONS", 2000);
    private static readonly int Seed = Number("CAIRN_SEED", 20261126);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_call_answers_every_body_and_every_query_without_a_fault(bool postgres)
    {
        await using var database = postgres ? await TestPostgres.Create() : null;
        await using var home = await TestHome.Start(options => options with { PostgreSql = database?.ConnectionString });
        var http = home.Http;
        var run = (await http.Mlflow("runs/create", """{"experiment_id":"0","run_name":"r"}"""))["run"]!["info"]!["run_id"]!.GetValue<string>();
        await http.Mlflow("registered-models/create", """{"name":"m"}""");
        await http.Mlflow("model-versions/create", """{"name":"m","source":"s3://b/x"}""");
        var model = (await http.Mlflow("logged-models", """{"experiment_id":"0","name":"lm"}"""))["model"]!["info"]!["model_id"]!.GetValue<string>();
        (string Path, string Body)[] posts =
        [
            ("experiments/create", """{"name":"x","artifact_location":"s3://b/x","tags":[{"key":"a","value":"b"}]}"""), ("experiments/update", """{"experiment_id":"0","new_name":"y"}"""),
            ("experiments/search", """{"max_results":10,"filter":"name LIKE 'D%' AND tags.a = 'b'","order_by":["name DESC"],"view_type":"ALL"}"""),
            ("experiments/set-experiment-tag", """{"experiment_id":"0","key":"k","value":"v"}"""), ("experiments/delete-experiment-tag", """{"experiment_id":"0","key":"k"}"""),
            ("runs/create", """{"experiment_id":"0","user_id":"u","run_name":"n","start_time":5,"tags":[{"key":"a","value":"b"}]}"""),
            ("runs/update", $$"""{"run_id":"{{run}}","status":"FINISHED","end_time":7,"run_name":"n"}"""),
            ("runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":1.5,"timestamp":1,"step":2}"""), ("runs/log-parameter", $$"""{"run_id":"{{run}}","key":"p","value":"v"}"""),
            ("runs/set-tag", $$"""{"run_id":"{{run}}","key":"t","value":"v"}"""), ("runs/delete-tag", $$"""{"run_id":"{{run}}","key":"t"}"""),
            ("runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{"key":"m","value":"NaN","timestamp":1,"step":2}],"params":[{"key":"q","value":"v"}],"tags":[{"key":"t","value":"v"}]}"""),
            ("runs/log-inputs", $$$$"""{"run_id":"{{{{run}}}}","datasets":[{"tags":[{"key":"mlflow.data.context","value":"train"},{"key":"a","value":"b"}],"dataset":{"name":"d","digest":"x","source_type":"s","source":"u","schema":"{}","profile":"p"}}],"models":[{"model_id":"m-1"}]}"""),
            ("runs/outputs", $$"""{"run_id":"{{run}}","models":[{"model_id":"m-1","step":3}]}"""),
            ("runs/log-model", $$$$"""{"run_id":"{{{{run}}}}","model_json":"{\"artifact_path\":\"a\",\"flavors\":{},\"run_id\":\"r\",\"utc_time_created\":\"t\"}"}"""),
            ("runs/search", """{"experiment_ids":["0"],"filter":"metrics.m > 1.5e0 AND params.p ILIKE '%v' and tags.`t` != \"x\" AND run_id IN ('a','b') and datasets.name = 'd'","order_by":["metrics.m DESC","end_time"],"max_results":5,"run_view_type":"ACTIVE_ONLY"}"""),
            ("registered-models/create", """{"name":"n","description":"d","tags":[{"key":"a","value":"b"}]}"""), ("registered-models/rename", """{"name":"x","new_name":"y"}"""),
            ("registered-models/get-latest-versions", """{"name":"m","stages":["None","Staging"]}"""), ("registered-models/alias", """{"name":"m","alias":"blue","version":"1"}"""),
            ("registered-models/set-tag", """{"name":"m","key":"k","value":"v"}"""), ("model-versions/set-tag", """{"name":"m","version":"1","key":"k","value":"v"}"""),
            ("model-versions/create", """{"name":"m","source":"s3://b/x","run_id":"r","description":"d","run_link":"l","tags":[{"key":"a","value":"b"}]}"""),
            ("model-versions/transition-stage", """{"name":"m","version":"1","stage":"Staging","archive_existing_versions":true}"""), ("experiments/search-datasets", """{"experiment_ids":["0"]}"""),
            ("experiments/delete", """{"experiment_id":"1"}"""), ("experiments/restore", """{"experiment_id":"1"}"""), ("runs/delete", """{"run_id":"gone"}"""), ("runs/restore", $$"""{"run_id":"{{run}}"}"""),
            ("PATCH registered-models/update", """{"name":"m","description":"d"}"""), ("DELETE registered-models/delete", """{"name":"n"}"""), ("DELETE registered-models/delete-tag", """{"name":"m","key":"k"}"""),
            ("DELETE registered-models/alias", """{"name":"m","alias":"blue"}"""), ("PATCH model-versions/update", """{"name":"m","version":"1","description":"d"}"""),
            ("DELETE model-versions/delete", """{"name":"m","version":"7"}"""), ("DELETE model-versions/delete-tag", """{"name":"m","version":"1","key":"k"}"""),
            ("logged-models", $$"""{"experiment_id":"0","name":"lm","model_type":"t","source_run_id":"{{run}}","params":[{"key":"a","value":"b"}],"tags":[{"key":"a","value":"b"}]}"""),
            ($"PATCH logged-models/{model}", $$"""{"model_id":"{{model}}","status":"LOGGED_MODEL_READY"}"""), ($"PATCH logged-models/{model}/tags", """{"tags":[{"key":"a","value":"b"}]}"""),
            ($"logged-models/{model}/params", $$"""{"model_id":"{{model}}","params":[{"key":"a","value":"b"}]}"""),
            ("logged-models/search", """{"experiment_ids":["0"],"filter":"metrics.m > 1 AND params.a = 'b' AND name LIKE 'l%'","max_results":5,"datasets":[{"dataset_name":"d","dataset_digest":"x"}],"order_by":[{"field_name":"metrics.m","ascending":false,"dataset_name":"d"}]}"""),
            ("runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":2,"timestamp":1,"step":2,"model_id":"{{model}}","dataset_name":"d","dataset_digest":"x"}"""),
        ];
        var mutators = posts.Select(post => new BodyMutator(Seed, post.Body)).ToList();
        (string Path, string[] Names)[] gets =
        [
            ("runs/get", ["run_id"]), ("experiments/get", ["experiment_id"]), ("experiments/get-by-name", ["experiment_name"]),
            ("experiments/search", ["max_results", "filter", "order_by", "page_token", "view_type"]), ("metrics/get-history", ["run_id", "metric_key", "max_results", "page_token"]),
            ("metrics/get-history-bulk", ["run_id", "metric_key", "max_results"]), ("metrics/get-history-bulk-interval", ["run_ids", "metric_key", "start_step", "end_step", "max_results"]),
            ("registered-models/get", ["name"]), ("registered-models/search", ["filter", "max_results", "order_by", "page_token"]), ("registered-models/alias", ["name", "alias"]),
            ("model-versions/get", ["name", "version"]), ("model-versions/search", ["filter", "max_results", "order_by", "page_token"]), ("model-versions/get-download-uri", ["name", "version"]),
            ("artifacts/list", ["run_id", "path", "page_token"]), ($"logged-models/{model}", []), ($"logged-models/{model}/artifacts/directories", ["artifact_directory_path"]),
            ("/api/2.0/mlflow-artifacts/artifacts", ["path"]),
        ];
        var answered = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, Count), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancelled }, async (number, _) =>
        {
            var draw = BodyMutator.Draw(Seed, number);
            HttpRequestMessage request;
            var sent = "";
            if (number % 3 == 2)
            {
                var (path, names) = gets[number / 3 % gets.Length];
                var query = string.Join('&', names.Where(_ => draw.Next(5) > 0).Select(name => $"{name}={Uri.EscapeDataString(draw.Next(3) == 0 ? Known(name, run) : BodyMutator.Odd(draw))}"));
                request = new(HttpMethod.Get, $"{(path.StartsWith('/') ? path : MlflowHost.Base + path)}?{query}");
            }
            else
            {
                var at = number % posts.Length;
                var (call, body) = (posts[at].Path.Split(' '), mutators[at].Make(number));
                request = new(call.Length == 1 ? HttpMethod.Post : new HttpMethod(call[0]), MlflowHost.Base + call[^1]) { Content = new ByteArrayContent(body) };
                sent = Encoding.Latin1.GetString(body.AsSpan(0, Math.Min(body.Length, 2000)));
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }

            using var answer = await http.SendAsync(request, Cancelled);
            var text = await answer.Content.ReadAsStringAsync(Cancelled);
            var told = $"CAIRN_SEED={Seed}, number {number}: {request.Method} {request.RequestUri} {text}\n{sent}";
            ((int)answer.StatusCode).ShouldBeLessThan(500, told);
            if (answer.IsSuccessStatusCode) Interlocked.Increment(ref answered);
            else if (text.Length > 0 || request.Method != HttpMethod.Get) JsonNode.Parse(text)!["error_code"].ShouldNotBeNull(told);
        });

        answered.ShouldBeGreaterThan(Count / 20);
        var log = await File.ReadAllLinesAsync(Path.Combine(home.Home, "logs", "server.log"), Encoding.UTF8, Cancelled);
        log.Where(line => line.Contains("\"level\":\"error\"", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static string Known(string name, string run) => name switch
    {
        "run_id" or "run_ids" => run, "experiment_id" => "0", "max_results" => "10", "name" => "m", "version" => "1", "metric_key" => "m", "filter" => "name = 'm'", "order_by" => "name", _ => "1",
    };

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;
}
