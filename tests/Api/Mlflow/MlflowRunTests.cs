using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Cairn.Api.Tests.Tracking;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Mlflow;

public sealed class MlflowRunsOnSqlite : MlflowRunTests
{
    protected override bool Postgres => false;
}

public sealed class MlflowRunsOnPostgres : MlflowRunTests
{
    protected override bool Postgres => true;
}

/// <summary>Experiments, runs and their search over MLflow's protocol; what MLflow itself answers is in <see cref="TranscriptTests"/>.</summary>
public abstract class MlflowRunTests : TrackingOn
{
    [Fact]
    public async Task A_run_of_an_MLflow_client_is_a_run_of_Cairn_and_the_other_way_round()
    {
        var run = await _host.NewRun();
        await _host.Mlflow("runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{"key":"auc","value":0.9,"timestamp":1700000000123,"step":3},{"key":"bad","value":NaN,"timestamp":1}],"params":[{"key":"depth","value":"6"}],"tags":[{"key":"team","value":"crm"}]}""");
        var read = await _host.Get<RunWire>($"/api/v1/runs/{run}");

        (read.Metrics["auc"], read.Params["depth"], read.Tags["team"]).ShouldBe((0.9, "6", "crm"));
        double.IsNaN(read.Metrics["bad"]).ShouldBeTrue();
        read.StartedAt.ShouldBe(1000);

        var ours = await _host.Run("mine");
        await _host.Log(ours.RunId, new LogBatch([new("auc", 0.5, 1, 1_700_000_000_123_000)]));
        var theirs = (await _host.Http.MlflowGet($"runs/get?run_id={ours.RunId}"))["run"]!;
        theirs["info"]!["run_name"]!.GetValue<string>().ShouldBe("mine");
        theirs["info"]!["artifact_uri"]!.GetValue<string>().ShouldBe($"mlflow-artifacts:/0/{ours.RunId}/artifacts");
        theirs["data"]!["metrics"]![0]!["timestamp"]!.GetValue<long>().ShouldBe(1_700_000_000_123);
    }

    [Fact]
    public async Task A_batch_is_written_as_a_whole_or_not_at_all()
    {
        var run = await _host.NewRun();
        await _host.Mlflow("runs/log-parameter", $$"""{"run_id":"{{run}}","key":"p","value":"1"}""");

        (await _host.Http.Send(HttpMethod.Post, "runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{"key":"m","value":1,"timestamp":1}],"params":[{"key":"a","value":"1"},{"key":"p","value":"2"}],"tags":[{"key":"t","value":"v"}]}""")
            .ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE")).ShouldContain("'old_value': '1', 'new_value': '2'");
        (await _host.Http.Send(HttpMethod.Post, "runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{"key":"m","value":1,"timestamp":1},{"key":"a*","value":1,"timestamp":1}]}""")
            .ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE")).ShouldContain("metrics[1].name");

        var data = (await _host.Http.MlflowGet($"runs/get?run_id={run}"))["run"]!["data"]!;
        data["metrics"].ShouldBeNull();
        data["params"]!.AsArray().Count.ShouldBe(1);
        data["tags"]!.AsArray().Count.ShouldBe(1); // its name
    }

    [Fact]
    public async Task A_history_of_the_greatest_number_of_points_is_all_of_it()
    {
        var run = await _host.NewRun();
        for (var step = 0; step < 3; step++) await _host.Mlflow("runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":1,"timestamp":1,"step":{{step}}}""");

        foreach (var most in (string[])["9223372036854775806", "9223372036854775807"])
        {
            var history = await _host.Http.MlflowGet($"metrics/get-history?run_id={run}&metric_key=m&max_results={most}");
            history["metrics"]!.AsArray().Count.ShouldBe(3);
            history["next_page_token"].ShouldBeNull();
        }
    }

    [Fact]
    public async Task Many_batches_on_one_run_at_once_lose_nothing()
    {
        var run = await _host.NewRun();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(batch => _host.Mlflow("runs/log-batch",
            $$"""{"run_id":"{{run}}","metrics":[{{string.Join(',', Enumerable.Range(0, 50).Select(step => $$"""{"key":"m{{step % 5}}","value":{{batch}},"timestamp":{{batch}},"step":{{step}}}"""))}}],"params":[{"key":"same","value":"x"},{"key":"p{{batch}}","value":"1"}],"tags":[{"key":"last","value":"{{batch}}"}]}""")));

        var data = (await _host.Http.MlflowGet($"runs/get?run_id={run}"))["run"]!["data"]!;
        data["params"]!.AsArray().Count.ShouldBe(21);
        data["metrics"]!.AsArray().Select(metric => (metric!["step"]!.GetValue<long>(), metric["value"]!.GetValue<double>())).ShouldBe(Enumerable.Range(45, 5).Select(step => ((long)step, 19.0)));
        for (var key = 0; key < 5; key++) (await _host.Http.MlflowGet($"metrics/get-history?run_id={run}&metric_key=m{key}"))["metrics"]!.AsArray().Count.ShouldBe(200);
    }

    [Fact]
    public async Task Of_many_who_want_one_name_at_once_one_gets_it()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => _host.Http.Send(HttpMethod.Post, "experiments/create", """{"name":"one"}""")));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK)) await Task.FromResult(refused).ShouldBeError(HttpStatusCode.BadRequest, "RESOURCE_ALREADY_EXISTS");
    }

    [Fact]
    public async Task Of_many_who_rename_to_one_name_at_once_one_gets_it_and_the_others_keep_theirs()
    {
        var ids = new List<string>();
        for (var number = 0; number < 8; number++) ids.Add(await _host.NewExperiment($"e{number}"));

        var answers = await Task.WhenAll(ids.Select(id => _host.Http.Send(HttpMethod.Post, "experiments/update", $$"""{"experiment_id":"{{id}}","new_name":"one"}""")));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK)) await Task.FromResult(refused).ShouldBeError(HttpStatusCode.BadRequest, "RESOURCE_ALREADY_EXISTS");
        var names = (await _host.Http.MlflowGet("experiments/search?max_results=20"))["experiments"]!.AsArray().Select(experiment => experiment!["name"]!.GetValue<string>()).ToList();
        names.Count(name => name == "one").ShouldBe(1);
        names.Distinct(StringComparer.Ordinal).Count().ShouldBe(9); // with Default
    }

    [Fact]
    public async Task A_run_deleted_while_it_is_logged_to_keeps_what_was_acknowledged_and_takes_nothing_after()
    {
        var run = await _host.NewRun();
        using var deleted = new CancellationTokenSource();
        var logging = Enumerable.Range(0, 4).Select(client => Task.Run(async () =>
        {
            for (var step = 0; ; step++)
            {
                var last = deleted.IsCancellationRequested;
                using var answer = await _host.Http.Send(HttpMethod.Post, "runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{"key":"c{{client}}","value":1,"timestamp":1,"step":{{step}}}],"tags":[{"key":"c{{client}}","value":"{{step}}"}]}""");
                if (answer.StatusCode != HttpStatusCode.OK)
                {
                    await Task.FromResult(answer).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
                    return step;
                }

                last.ShouldBeFalse("the run was deleted before this was asked");
            }
        })).ToList();
        await Task.Delay(50);

        await _host.Mlflow("runs/delete", $$"""{"run_id":"{{run}}"}""");
        await deleted.CancelAsync();

        var acknowledged = await Task.WhenAll(logging);
        for (var client = 0; client < 4; client++)
            ((await _host.Http.MlflowGet($"metrics/get-history?run_id={run}&metric_key=c{client}"))["metrics"]?.AsArray().Count ?? 0).ShouldBe(acknowledged[client]);
        await _host.Mlflow("runs/restore", $$"""{"run_id":"{{run}}"}""");
        await _host.Mlflow("runs/log-batch", $$"""{"run_id":"{{run}}"}""");
    }

    [Fact]
    public async Task Of_two_values_for_one_param_at_once_one_is_kept_and_the_other_refused()
    {
        var run = await _host.NewRun();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => _host.Http.Send(HttpMethod.Post, "runs/log-parameter", $$"""{"run_id":"{{run}}","key":"p","value":"{{number}}"}""")));

        var kept = (await _host.Http.MlflowGet($"runs/get?run_id={run}"))["run"]!["data"]!["params"]!.AsArray().Single()!["value"]!.GetValue<string>();
        answers.Select((answer, number) => (answer, number)).Where(one => one.answer.StatusCode == HttpStatusCode.OK).Select(one => $"{one.number}").ShouldBe([kept]);
    }

    [Fact]
    public async Task A_page_follows_the_page_before_whatever_the_order()
    {
        var experiment = await _host.NewExperiment();
        for (var number = 0; number < 13; number++)
        {
            var run = await _host.NewRun(experiment, start: number / 2);
            if (number < 9) await _host.Mlflow("runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":{{(number % 4 == 3 ? "\"NaN\"" : $"{number % 3}")}},"timestamp":1}""");
            if (number % 2 == 0) await _host.Mlflow("runs/log-parameter", $$"""{"run_id":"{{run}}","key":"p","value":"{{number % 5}}"}""");
        }

        string[] orders = ["", "\"metrics.m DESC\"", "\"metrics.m\",\"params.p DESC\"", "\"params.p\"", "\"start_time\"", "\"end_time DESC\",\"metrics.m\"", "\"tags.nothing\"", "\"attributes.run_id desc\""];
        foreach (var order in orders)
        {
            var whole = await Search(experiment, $"\"order_by\":[{order}]");
            whole.Ids.Count.ShouldBe(13);
            whole.Next.ShouldBeNull();
            for (var size = 1; size < 14; size += 3)
            {
                var (ids, token) = (new List<string>(), (string?)null);
                do
                {
                    var page = await Search(experiment, $"\"order_by\":[{order}],\"max_results\":{size}{(token is null ? "" : $",\"page_token\":\"{token}\"")}");
                    page.Ids.Count.ShouldBeLessThanOrEqualTo(size);
                    ids.AddRange(page.Ids);
                    token = page.Next;
                }
                while (token is not null);
                ids.ShouldBe(whole.Ids, $"{order} by {size}");
            }
        }
    }

    [Fact]
    public async Task A_page_of_an_order_that_another_search_had_is_refused_or_begins_within_it()
    {
        var experiment = await _host.NewExperiment();
        foreach (var token in (string[])["x", "MSAw", "MC01", "OTk5OSAw"])
            await _host.Http.Send(HttpMethod.Post, "runs/search", $$"""{"experiment_ids":["{{experiment}}"],"page_token":"{{token}}"}""").ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
    }

    [Fact]
    public async Task Patterns_tell_cases_apart_or_not_as_asked_and_know_no_escape()
    {
        var experiment = await _host.NewExperiment();
        foreach (var value in (string[])["Abc", "abc", "a*c", "a[c", "100%", "a_c", "Été", "a\\\\c"])
        {
            var run = await _host.NewRun(experiment);
            await _host.Mlflow("runs/set-tag", $$"""{"run_id":"{{run}}","key":"t","value":"{{value}}"}""");
        }

        (await Count("tags.t LIKE 'a%'")).ShouldBe(5);
        (await Count("tags.t ILIKE 'A%'")).ShouldBe(6);
        (await Count("tags.t LIKE 'a_c'")).ShouldBe(5);
        (await Count("tags.t LIKE 'a*c'")).ShouldBe(1);
        (await Count("tags.t LIKE '%[%'")).ShouldBe(1);
        (await Count("tags.t LIKE '%\\\\%'")).ShouldBe(1);
        (await Count("tags.t LIKE '_t_'")).ShouldBe(1);
        (await Count("tags.t = 'Abc' and tags.`t` != 'x' AND attributes.status = \\\"RUNNING\\\"")).ShouldBe(1);

        async Task<int> Count(string filter) => (await Search(experiment, $"\"filter\":\"{filter}\"")).Ids.Count;
    }

    [Fact]
    public async Task Times_are_compared_by_the_millisecond()
    {
        var experiment = await _host.NewExperiment();
        foreach (var start in (long[])[1, 2, 3]) await _host.NewRun(experiment, start);

        foreach (var (filter, found) in ((string, int)[])[("start_time = 2", 1), ("start_time != 2", 2), ("start_time > 2", 1), ("start_time >= 2", 2), ("start_time < 2", 1), ("start_time <= 2", 2), ("created > 1.5", 2), ("created <= 1.5", 1), ("start_time = 1.5", 0), ("start_time < 1e300", 3), ("end_time > 0", 0)])
            (await Search(experiment, $"\"filter\":\"{filter}\"")).Ids.Count.ShouldBe(found, filter);
    }

    [Fact]
    public async Task Runs_of_a_deleted_experiment_are_deleted_with_it_and_come_back_with_it()
    {
        var experiment = await _host.NewExperiment();
        var (one, two) = (await _host.NewRun(experiment), await _host.NewRun(experiment));
        await _host.Mlflow("runs/delete", $$"""{"run_id":"{{one}}"}""");

        (await Search(experiment, "")).Ids.ShouldBe([two]);
        (await Search(experiment, "\"run_view_type\":\"DELETED_ONLY\"")).Ids.ShouldBe([one]);
        await _host.Mlflow("experiments/delete", $$"""{"experiment_id":"{{experiment}}"}""");
        (await Search(experiment, "")).Ids.ShouldBeEmpty();
        (await Search(experiment, "\"run_view_type\":2")).Ids.Count.ShouldBe(2);
        await _host.Http.Send(HttpMethod.Post, "runs/set-tag", $$"""{"run_id":"{{two}}","key":"k","value":"v"}""").ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        await _host.Mlflow("experiments/restore", $$"""{"experiment_id":"{{experiment}}"}""");
        (await Search(experiment, "\"run_view_type\":\"ALL\"")).Ids.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_not_of_this_workspace_is_unknown_and_a_base_URL_leads_into_no_other()
    {
        var run = await _host.NewRun();

        await _host.Neighbour.GetAsync($"{MlflowHost.Base}runs/get?run_id={run}").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Neighbour.Send(HttpMethod.Post, "runs/log-metric", $$"""{"run_id":"{{run}}","key":"m","value":1,"timestamp":1}""").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        (await _host.Neighbour.Mlflow("runs/search", """{"experiment_ids":["0"]}"""))["runs"].ShouldBeNull();
        (await _host.Http.Send(HttpMethod.Post, "/w/default/api/2.0/mlflow/runs/search", """{"experiment_ids":["0"]}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _host.Neighbour.Send(HttpMethod.Post, "/w/next-door/ajax-api/2.0/mlflow/runs/search", """{"experiment_ids":["0"]}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _host.Http.Send(HttpMethod.Post, "/w/next-door/api/2.0/mlflow/runs/search", """{"experiment_ids":["0"]}""").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task Old_clients_send_the_body_as_a_text_and_names_in_camel_case()
    {
        var run = await _host.NewRun();

        await _host.Mlflow("runs/log-metric", $$"""{"runId":"{{run}}","key":"m","value":"1.5","timestamp":"7","step":"2"}""");
        await _host.Mlflow("runs/log-metric", JsonValue.Create($$$"""{"run_uuid":"{{{run}}}","key":"m","value":2,"timestamp":8,"step":3,"unknown":{"a":[1]}}""").ToJsonString());

        (await _host.Http.MlflowGet($"metrics/get-history?run_id={run}&metric_key=m"))["metrics"]!.ToJsonString()
            .ShouldBe("""[{"key":"m","value":1.5,"timestamp":7,"step":2},{"key":"m","value":2,"timestamp":8,"step":3}]""");
    }

    [Fact]
    public async Task A_field_whose_name_is_no_Unicode_is_skipped_as_any_unknown_one()
    {
        await _host.Http.Send(HttpMethod.Post, "registered-models/alias", """{"\udc00\ud800":"blue","version":"1"}""").ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        await _host.Mlflow("runs/create", """{"\udc00\ud800\ud800":{"a":[1]},"experiment_\u0069d":"0"}""");
    }

    [Fact]
    public async Task A_long_history_comes_in_pages_or_spread_evenly_with_both_ends()
    {
        var run = await _host.NewRun();
        for (var batch = 0; batch < 3; batch++)
            await _host.Mlflow("runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{{string.Join(',', Enumerable.Range(batch * 1000, 1000).Select(step => $$"""{"key":"loss","value":{{step}},"timestamp":{{step}},"step":{{step}}}"""))}}]}""");

        var (steps, token) = (new List<long>(), "");
        do
        {
            var page = await _host.Http.MlflowGet($"metrics/get-history?run_id={run}&metric_key=loss&max_results=700&page_token={token}");
            steps.AddRange(page["metrics"]!.AsArray().Select(point => point!["step"]!.GetValue<long>()));
            token = page["next_page_token"]?.GetValue<string>();
        }
        while (token is not null);
        steps.ShouldBe(Enumerable.Range(0, 3000).Select(step => (long)step));

        var spread = (await _host.Http.MlflowGet($"metrics/get-history-bulk-interval?run_ids={run}&metric_key=loss&max_results=10"))["metrics"]!.AsArray().Select(point => point!["step"]!.GetValue<long>()).ToList();
        spread.ShouldBe([0, 300, 600, 900, 1200, 1500, 1800, 2100, 2400, 2700, 2999]);
    }

    [Fact]
    public async Task A_history_of_megabytes_holds_each_number_as_it_was_given()
    {
        const int Batches = 20, Points = 1000;
        var (run, other, random) = (await _host.NewRun(), await _host.NewRun(), new Random(7));
        double[] edges = [0, -1, 0.1, 1e-323, 5e-324, double.Epsilon, double.MaxValue, double.MinValue, 1e15, 1e16, 123456789.125, -2.5e-7];
        var given = Enumerable.Range(0, Batches * Points).Select(at => at < edges.Length ? edges[at] : BitConverter.Int64BitsToDouble(random.NextInt64()) is var any && double.IsFinite(any) ? any : at).ToArray();
        foreach (var batch in Enumerable.Range(0, Batches))
        {
            var points = given.Skip(batch * Points).Take(Points).Select((value, at) => $$"""{"key":"größe \u4e16/1","value":{{value.ToString("R", CultureInfo.InvariantCulture)}},"timestamp":{{batch}},"step":{{(batch * Points) + at}}}""");
            await _host.Mlflow("runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{{string.Join(',', points)}}]}""");
        }

        await _host.Mlflow("runs/log-batch", $$"""{"run_id":"{{run}}","metrics":[{"key":"odd","value":"NaN","timestamp":5,"step":-9223372036854775808},{"key":"odd","value":"Infinity","timestamp":1700000000123,"step":9223372036854775807}]}""");
        await _host.Mlflow("runs/log-metric", $$"""{"run_id":"{{other}}","key":"odd","value":3,"timestamp":4,"step":5}""");

        var whole = (await _host.Http.MlflowGet($"metrics/get-history?run_id={run}&metric_key={Uri.EscapeDataString("größe 世/1")}"))["metrics"]!.AsArray();
        whole.Select(point => point!["value"]!.GetValue<double>()).ShouldBe(given);
        whole.Select(point => point!["step"]!.GetValue<long>()).ShouldBe(Enumerable.Range(0, given.Length).Select(step => (long)step));
        whole.Select(point => point!["key"]!.GetValue<string>()).Distinct(StringComparer.Ordinal).ShouldBe(["größe 世/1"]);
        whole[^1]!["timestamp"]!.GetValue<long>().ShouldBe(Batches - 1);

        (await _host.Http.MlflowGet($"metrics/get-history?run_id={run}&metric_key=odd"))["metrics"]!.ToJsonString()
            .ShouldBe("""[{"key":"odd","value":"NaN","timestamp":5,"step":-9223372036854775808},{"key":"odd","value":1.7976931348623157E+308,"timestamp":1700000000123,"step":9223372036854775807}]""");
        var both = (await _host.Http.MlflowGet($"metrics/get-history-bulk?run_id={run}&run_id={other}&metric_key=odd"))["metrics"]!.AsArray();
        both.Select(point => point!["run_id"]!.GetValue<string>()).ShouldBe(new[] { run, run, other }.Order(StringComparer.Ordinal));
        (await _host.Http.MlflowGet($"metrics/get-history?run_id={run}&metric_key=none")).ToJsonString().ShouldBe("{}");
    }

    private async Task<(List<string> Ids, string? Next)> Search(string experiment, string rest)
    {
        var found = await _host.Mlflow("runs/search", $$"""{"experiment_ids":["{{experiment}}"]{{(rest.Length == 0 ? "" : ",")}}{{rest}}}""");
        return (found["runs"]?.AsArray().Select(run => run!["info"]!["run_id"]!.GetValue<string>()).ToList() ?? [], found["next_page_token"]?.GetValue<string>());
    }
}
