using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Cairn.Client;
using Cairn.Client.Wire;
using Microsoft.Data.Sqlite;

namespace Cairn.Api.Tests.Serving;

/// <summary>Against a real RabbitMQ server.</summary>
public class StreamTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_is_answered_as_a_request_is_and_its_answer_says_what_it_answers()
    {
        await using var queues = await TestQueues.Make();
        await using var host = await Host(queues);
        var expected = await ServingHost.Read<PredictionWire>(await host.Post("/api/v1/deployments/coffee/predict", CoffeeModel.Row));

        await queues.Put(CoffeeModel.Row, id: "order-1", correlation: "session-9");

        var (body, properties) = await queues.Answer();
        (body.GetProperty("prediction").GetString(), body.GetProperty("probability").GetDouble(), body.GetProperty("version").GetInt64()).ShouldBe((expected.Prediction, expected.Probability, 1));
        var id = body.GetProperty("prediction_id").GetString()!;
        (properties.MessageId, properties.CorrelationId, properties.ContentType, properties.Persistent).ShouldBe((id, "session-9", "application/json", true));
        var logged = await Logged(host, id);
        (logged.Probability, logged.Caller).ShouldBe((expected.Probability, "stream cups"));
        await Until(async () => await queues.Count(queues.In) == 0);
    }

    [Fact]
    public async Task Many_rows_in_a_message_are_answered_together()
    {
        await using var queues = await TestQueues.Make();
        await using var host = await Host(queues);

        await queues.Put($$"""{"rows": [{{CoffeeModel.Row}}, {{CoffeeModel.Row}}]}""", id: "many");
        var (body, properties) = await queues.Answer();
        await queues.Put($"[{CoffeeModel.Row}]", id: "list");
        var list = await queues.Answer();

        var ids = body.GetProperty("predictions").EnumerateArray().Select(row => row.GetProperty("prediction_id").GetString()!).ToList();
        ids.Distinct(StringComparer.Ordinal).Count().ShouldBe(2);
        (properties.MessageId, properties.CorrelationId).ShouldBe((ids[0], "many"));
        list.Body.GetProperty("predictions").GetArrayLength().ShouldBe(1);
        (await host.LoggedRows()).ShouldBe(3);
    }

    [Fact]
    public async Task A_message_that_comes_twice_is_logged_once_and_answered_the_same_even_by_another_model()
    {
        await using var queues = await TestQueues.Make();
        await using var host = await Host(queues);
        await queues.Put($"[{CoffeeModel.Row},{CoffeeModel.Row}]", id: "twice");
        var first = await queues.Answer();
        await host.Promote("coffee", await host.Register("coffee", seed: 2));
        await Until(() => Task.FromResult(host.Deployments.Find(Cairn.Kernel.WorkspaceId.Default, "coffee")!.Version == 2));

        await queues.Put($"[{CoffeeModel.Row},{CoffeeModel.Row}]", id: "twice");
        var again = await queues.Answer();
        await queues.Put(CoffeeModel.Row, id: "once");
        var other = await queues.Answer();

        again.Body.GetRawText().ShouldBe(first.Body.GetRawText());
        (again.Properties.MessageId, again.Properties.Headers!.ContainsKey("cairn-from-log")).ShouldBe((first.Properties.MessageId, true));
        other.Body.GetProperty("version").GetInt64().ShouldBe(2);
        (await host.LoggedRows()).ShouldBe(3);
        var stream = await Show(host);
        (stream.Messages, stream.Predictions, stream.Duplicates).ShouldBe((3, 5, 1));
    }

    [Fact]
    public async Task The_same_message_twice_in_one_batch_is_logged_once()
    {
        await using var queues = await TestQueues.Make();
        for (var i = 0; i < 20; i++) await queues.Put(CoffeeModel.Row, id: $"message-{i % 2}");
        await using var host = await Host(queues);

        var ids = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal) { ["message-0"] = [], ["message-1"] = [] };
        for (var i = 0; i < 20; i++)
        {
            var (body, properties) = await queues.Answer();
            ids[properties.CorrelationId!].Add(body.GetProperty("prediction_id").GetString()!);
        }

        ids.Values.ShouldAllBe(of => of.Count == 1);
        (await host.LoggedRows()).ShouldBe(2);
    }

    [Fact]
    public async Task Messages_without_an_id_are_each_their_own()
    {
        await using var queues = await TestQueues.Make();
        for (var i = 0; i < 5; i++) await queues.Put(CoffeeModel.Row);
        await using var host = await Host(queues);

        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 5; i++) ids.Add((await queues.Answer()).Body.GetProperty("prediction_id").GetString()!);

        ids.Count.ShouldBe(5);
        (await host.LoggedRows()).ShouldBe(5);
    }

    [Fact]
    public async Task A_message_that_cannot_be_answered_goes_to_the_dead_letters_with_its_reason_and_holds_up_nobody()
    {
        await using var queues = await TestQueues.Make();
        byte[][] bad = ["nonsense"u8.ToArray(), "{}"u8.ToArray(), [0xFF], [], Encoding.UTF8.GetBytes($"{CoffeeModel.Row} x"), Encoding.UTF8.GetBytes($"[{CoffeeModel.Row},5]"), "{\"rows\": 5}"u8.ToArray()];
        foreach (var (body, i) in bad.Select((body, i) => (body, i))) await queues.Put(body, id: $"bad-{i}");
        await queues.Put(CoffeeModel.Row, id: "good");
        await using var host = await Host(queues, settings => settings with { DeadLetter = new("", queues.Dead) });

        (await queues.Answer()).Properties.CorrelationId.ShouldBe("good");
        for (var i = 0; i < bad.Length; i++)
        {
            var dead = await queues.Take(queues.Dead);
            var at = int.Parse(dead.BasicProperties.MessageId!["bad-".Length..], CultureInfo.InvariantCulture);
            dead.Body.ToArray().ShouldBe(bad[at]);
            Header(dead.BasicProperties, "cairn-code").ShouldBeOneOf("request.malformed", "predict.row-invalid");
            Header(dead.BasicProperties, "cairn-stream").ShouldBe("cups");
            Header(dead.BasicProperties, "cairn-detail").ShouldNotBeEmpty();
        }

        await Until(async () => (await Show(host)).Rejected == bad.Length);
        (await host.LoggedRows()).ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_place_for_dead_letters_they_are_rejected_and_the_others_acknowledged()
    {
        await using var queues = await TestQueues.Make();
        foreach (var body in new[] { CoffeeModel.Row, "bad", CoffeeModel.Row, "bad" }) await queues.Put(body);
        await using var host = await Host(queues);

        await queues.Answer();
        await queues.Answer();
        await Until(async () => await Show(host) is { Messages: 2, Rejected: 2 });

        await host.Http.DeleteAsync("/api/v1/streams/cups", Cancelled);
        await Task.Delay(500, Cancelled);
        (await queues.Count(queues.In)).ShouldBe(0u, "nothing came back when the stream ended");
    }

    [Fact]
    public async Task An_answer_goes_to_who_asked_when_the_stream_names_no_place()
    {
        await using var queues = await TestQueues.Make();
        await using var host = await Host(queues, settings => settings with { Reply = null });

        await queues.Put(CoffeeModel.Row, id: "gone", replyTo: "a-queue-that-is-gone");
        await queues.Put(CoffeeModel.Row, id: "silent");
        await queues.Put(CoffeeModel.Row, id: "asks", replyTo: queues.Out);

        (await queues.Answer()).Properties.CorrelationId.ShouldBe("asks");
        await Until(async () => (await Show(host)).Messages == 3);
        (await host.LoggedRows()).ShouldBe(3);
    }

    [Fact]
    public async Task Nothing_is_lost_while_no_queue_takes_the_answers()
    {
        await using var queues = await TestQueues.Make();
        await queues.Delete(queues.Out);
        await queues.Put(CoffeeModel.Row, id: "waits");
        await using var host = await Host(queues);
        await Until(async () => (await Show(host)).Problem?.Contains(queues.Out, StringComparison.Ordinal) is true);

        await queues.Declare(queues.Out);

        (await queues.Answer()).Properties.CorrelationId.ShouldBe("waits");
        (await host.LoggedRows()).ShouldBe(1);
    }

    [Fact]
    public async Task Messages_wait_in_their_queue_until_something_serves()
    {
        await using var queues = await TestQueues.Make();
        await using var host = await ServingHost.Start(serving: new() { RabbitMq = queues.Broker });
        var version = await host.Register("coffee", seed: 1);
        await host.Deployments.Ensure(Cairn.Access.Caller.LocalAdmin, "coffee", "coffee", settings: null, Cancelled);
        for (var i = 0; i < 30; i++) await queues.Put(CoffeeModel.Row, id: $"{i}");
        await Define(host, queues, settings => settings with { Prefetch = 10 });
        await Until(async () => await Show(host) is { State: "waiting" } waiting && waiting.Problem!.Contains("serves nothing", StringComparison.Ordinal));
        (await queues.Count(queues.In)).ShouldBe(20u, "no more is taken than the prefetch");

        await host.Promote("coffee", version);

        for (var i = 0; i < 30; i++) await queues.Answer();
        await Until(async () => (await Show(host)) is { State: "running", Problem: null });
        (await host.LoggedRows()).ShouldBe(30);
    }

    [Theory]
    [InlineData("refuse")]
    [InlineData("answer")]
    public async Task Messages_wait_while_the_log_is_out_of_reach_whatever_the_deployment_does_with_requests(string choice)
    {
        await using var queues = await TestQueues.Make();
        await using var host = await Host(queues);
        await host.Http.PatchAsync("/api/v1/deployments/coffee", new StringContent($$"""{"log": {"when_unavailable": "{{choice}}"} }""", Encoding.UTF8, "application/json"), Cancelled);
        await queues.Put(CoffeeModel.Row, id: "before");
        await queues.Answer();

        await using (var other = new SqliteConnection($"Data Source={Path.Combine(host.Home, "predictions.db")};Pooling=False"))
        {
            await other.OpenAsync(Cancelled);
            await using var begin = other.CreateCommand();
            begin.CommandText = "BEGIN EXCLUSIVE";
            await begin.ExecuteNonQueryAsync(Cancelled);
            for (var i = 0; i < 5; i++) await queues.Put(CoffeeModel.Row, id: $"locked-{i}");
            await Until(async () => await Show(host) is { State: "waiting", Messages: 1 });
        }

        for (var i = 0; i < 5; i++) await queues.Answer();
        await Until(async () => await Show(host) is { State: "running", Messages: 6 });
        (await host.LoggedRows()).ShouldBe(6);
    }

    [Fact]
    public async Task A_broker_that_was_away_is_connected_again_and_no_message_is_lost_or_logged_twice()
    {
        await using var queues = await TestQueues.MakeOnOwnBroker();
        await using var host = await Host(queues, settings => settings with { Prefetch = 20 });
        for (var i = 0; i < 300; i++) await queues.Put(CoffeeModel.Row, id: $"{i}");
        await Until(async () => (await Show(host)).Messages > 20);

        await queues.Restart();
        for (var i = 300; i < 320; i++) await queues.Put(CoffeeModel.Row, id: $"{i}");

        var answers = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        while (answers.Count < 320)
        {
            var (body, properties) = await queues.Answer();
            answers.TryAdd(properties.CorrelationId!, []);
            answers[properties.CorrelationId!].Add(body.GetProperty("prediction_id").GetString()!);
        }

        answers.Values.ShouldAllBe(ids => ids.Count == 1);
        (await host.LoggedRows()).ShouldBe(320);
        (await Show(host)).State.ShouldBe("running");
    }

    [Fact]
    public async Task A_server_that_is_killed_again_and_again_loses_no_message_and_logs_none_twice()
    {
        const int Messages = 3000, Kills = 6;
        var put = 0;
        await using var queues = await TestQueues.Make();
        var prepared = await Host(queues, prefetch => prefetch with { Prefetch = 100 });
        await prepared.Stop();
        await using var taking = await TestQueues.Make();

        var draw = new Random(3);
        for (var kill = 0; kill < Kills; kill++)
        {
            // Each server finds messages of its own: one that is fast enough to answer all there were would leave the next nothing to be killed over.
            for (var i = 0; i < Messages / Kills; i++) await queues.Put(CoffeeModel.Row, id: $"{put++}");
            var before = await taking.Count(queues.Out);
            using var server = StartServer(prepared.Home, queues.Broker);
            await Until(async () => server.HasExited || await taking.Count(queues.Out) > before);
            server.HasExited.ShouldBeFalse(await Errors(server));
            await Task.Delay(draw.Next(0, 150), Cancelled);
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync(Cancelled);
        }

        await using var last = await ServingHost.Start(prepared.Home, serving: new() { RabbitMq = queues.Broker });
        var answers = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var repeated = 0;
        while (answers.Count < Messages)
        {
            var (body, properties) = await queues.Answer();
            if (!answers.TryAdd(properties.CorrelationId!, [])) repeated++;
            answers[properties.CorrelationId!].Add(body.GetProperty("prediction_id").GetString()!);
        }

        await Until(async () => await queues.Count(queues.In) == 0);
        answers.Values.ShouldAllBe(ids => ids.Count == 1);
        (await last.LoggedRows()).ShouldBe(Messages);
        answers.Values.Select(ids => ids.Single()).Distinct(StringComparer.Ordinal).Count().ShouldBe(Messages);
        TestContext.Current.SendDiagnosticMessage("{0} kills, {1} answers published twice", Kills, repeated);
    }

    [Fact]
    public async Task Streams_are_stored_listed_changed_and_deleted()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");

        (await Put(host, "b", """{"deployment": "coffee", "queue": "in"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var made = await ServingHost.Read<StreamWire>(await Put(host, "a", """{"deployment": "coffee", "queue": "in", "reply": {"exchange": "answers", "routing_key": ""}, "dead_letter": {"exchange": "", "routing_key": "dead"}, "prefetch": 5}"""));
        (made.State, made.Settings.Prefetch, made.Settings.Reply, made.Settings.DeadLetter).ShouldBe(("no_broker", 5, new StreamTarget("answers", ""), new StreamTarget("", "dead")));
        made.Problem!.ShouldContain("--rabbitmq");
        var changed = await ServingHost.Read<StreamWire>(await Put(host, "a", """{"deployment": "coffee", "queue": "other"}"""));
        (changed.Settings.Queue, changed.Settings.Prefetch, changed.CreatedAt).ShouldBe(("other", 256, made.CreatedAt));

        var page = await ServingHost.Read<Page<StreamWire>>(await host.Http.GetAsync("/api/v1/streams?limit=1", Cancelled));
        page.Items.Single().Name.ShouldBe("a");
        (await ServingHost.Read<Page<StreamWire>>(await host.Http.GetAsync($"/api/v1/streams?limit=1&page_token={page.NextPageToken}", Cancelled))).Items.Single().Name.ShouldBe("b");

        (await host.Http.DeleteAsync("/api/v1/streams/a", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var gone = await host.Http.GetAsync("/api/v1/streams/a", Cancelled);
        (gone.StatusCode, (await ServingHost.ProblemOf(gone)).Code).ShouldBe((HttpStatusCode.NotFound, "stream.unknown"));
        (await host.Http.DeleteAsync("/api/v1/streams/a", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("a", "5", HttpStatusCode.BadRequest)]
    [InlineData("a", "null", HttpStatusCode.BadRequest)]
    [InlineData("a", "{}", HttpStatusCode.BadRequest)]
    [InlineData("a", """{"deployment": "coffee", "queue": ""}""", HttpStatusCode.BadRequest)]
    [InlineData("a", """{"deployment": "coffee", "queue": null}""", HttpStatusCode.BadRequest)]
    [InlineData("a", """{"deployment": "coffee", "queue": "in", "prefetch": 0}""", HttpStatusCode.BadRequest)]
    [InlineData("a", """{"deployment": "coffee", "queue": "in", "prefetc": 10}""", HttpStatusCode.BadRequest)]
    [InlineData("a", """{"deployment": "coffee", "queue": "in", "reply": {"exchange": ""}}""", HttpStatusCode.BadRequest)]
    [InlineData("a", """{"deployment": "coffee", "queue": "in", "reply": {"exchange": "", "routing_key": "in"}}""", HttpStatusCode.BadRequest)]
    [InlineData("a", """{"deployment": "coffee", "queue": "in", "dead_letter": {"exchange": "", "routing_key": ""}}""", HttpStatusCode.BadRequest)]
    [InlineData("-", """{"deployment": "coffee", "queue": "in"}""", HttpStatusCode.BadRequest)]
    [InlineData("a", """{"deployment": "tea", "queue": "in"}""", HttpStatusCode.NotFound)]
    public async Task A_stream_that_is_not_possible_is_refused(string name, string settings, HttpStatusCode status)
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");

        var response = await Put(host, name, settings);

        response.StatusCode.ShouldBe(status);
        (await ServingHost.ProblemOf(response)).Code.ShouldBe(status == HttpStatusCode.NotFound ? "deployment.unknown" : "stream.settings-invalid");
    }

    private static Task<HttpResponseMessage> Put(ServingHost host, string name, string settings) =>
        host.Http.PutAsync($"/api/v1/streams/{name}", new StringContent(settings, Encoding.UTF8, "application/json"), Cancelled);

    private static async Task<ServingHost> Host(TestQueues queues, Func<StreamSettings, StreamSettings>? change = null)
    {
        var host = await ServingHost.Start(serving: new() { RabbitMq = queues.Broker });
        await host.Deploy("coffee");
        await Define(host, queues, change);
        return host;
    }

    private static async Task Define(ServingHost host, TestQueues queues, Func<StreamSettings, StreamSettings>? change)
    {
        var settings = new StreamSettings { Deployment = "coffee", Queue = queues.In, Reply = new("", queues.Out) };
        await ServingHost.Read<StreamWire>(await host.Http.PutAsJsonAsync("/api/v1/streams/cups", change?.Invoke(settings) ?? settings, CairnJson.Options, Cancelled));
    }

    private static async Task<StreamWire> Show(ServingHost host) => await ServingHost.Read<StreamWire>(await host.Http.GetAsync("/api/v1/streams/cups", Cancelled));

    private static async Task<LoggedPredictionWire> Logged(ServingHost host, string id) =>
        await ServingHost.Read<LoggedPredictionWire>(await host.Http.GetAsync($"/api/v1/predictions/{id}", Cancelled));

    private static string Header(RabbitMQ.Client.IReadOnlyBasicProperties properties, string name) => Encoding.UTF8.GetString((byte[])properties.Headers![name]!);

    private static Process StartServer(string home, Uri broker)
    {
        var bin = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Cairn.Cli", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "cairn"));
        var start = new ProcessStartInfo(bin, ["up", "--home", home, "--port", "0"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["CAIRN_RABBITMQ"] = broker.ToString();
        return Process.Start(start)!;
    }

    private static async Task<string> Errors(Process server) => server.HasExited ? await server.StandardError.ReadToEndAsync() : "";

    private static async Task Until(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 1500; i++)
        {
            if (await condition()) return;
            await Task.Delay(20, Cancelled);
        }

        (await condition()).ShouldBeTrue();
    }
}
