using System.Net;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

public sealed class RunEventsOnSqlite : RunEventTests
{
    protected override bool Postgres => false;
}

public sealed class RunEventsOnPostgres : RunEventTests
{
    protected override bool Postgres => true;
}

public abstract class RunEventTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new(Patience);
    private TrackingHost _host = null!;

    protected abstract bool Postgres { get; }

    private CairnClient Client => new(_host.Http);

    public async ValueTask InitializeAsync() => _host = await TrackingHost.Start(Postgres);

    public async ValueTask DisposeAsync()
    {
        _stop.Dispose();
        if (_host is not null) await _host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_is_logged_is_told_while_it_is_logged_and_the_end_ends_the_stream()
    {
        var run = await _host.Run("mine");
        await _host.Log(run.RunId, new LogBatch([new("loss", 9, 0, 1_000)])).ShouldSucceed();
        await using var events = Client.WatchRunAsync(run.RunId[..8], cancellation: _stop.Token).GetAsyncEnumerator(_stop.Token);

        (await Next(events)).Run!.Metrics["loss"].ShouldBe(9, "what was there before is told as it stands");
        await _host.Log(run.RunId, new LogBatch([new("loss", 8, 1, 2_000), new("loss", double.NaN, 2, 3_000), new("acc", 0.5, 1, 2_500)])).ShouldSucceed();
        var points = (await Next(events)).Points!;
        points.Points.Select(point => (point.Key, point.Step)).ShouldBe([("loss", 1), ("acc", 1), ("loss", 2)]);
        double.IsNaN(points.Metrics["loss"]).ShouldBeTrue();

        await _host.Patch($"/api/v1/runs/{run.RunId}", new UpdateRun(Name: "renamed")).ShouldSucceed(HttpStatusCode.OK);
        (await Next(events)).Run!.Name.ShouldBe("renamed");
        await _host.Log(run.RunId, new LogBatch([new("loss", 7, 3, 4_000)])).ShouldSucceed();
        await _host.Patch($"/api/v1/runs/{run.RunId}", new UpdateRun("finished")).ShouldSucceed(HttpStatusCode.OK);
        var rest = new List<RunEvent>();
        while (await events.MoveNextAsync()) rest.Add(events.Current);
        rest.SelectMany(happened => happened.Points?.Points ?? []).ShouldHaveSingleItem().Step.ShouldBe(3, "what was logged before the end is told before the end");
        (rest[^1].Kind, rest[^1].Run!.Status).ShouldBe(("end", "finished"));
    }

    [Fact]
    public async Task What_MLflows_protocol_logs_is_told_too()
    {
        var run = await _host.Run();
        await using var events = Client.WatchRunAsync(run.RunId, cancellation: _stop.Token).GetAsyncEnumerator(_stop.Token);
        await Next(events);

        await _host.Post("/api/2.0/mlflow/runs/log-metric", new { run_id = run.RunId, key = "loss", value = 0.25, timestamp = 1_700_000_000_000, step = 4 }).ShouldSucceed(HttpStatusCode.OK);

        var point = (await Next(events)).Points!.Points.ShouldHaveSingleItem();
        (point.Key, point.Value, point.Step, point.Timestamp).ShouldBe(("loss", 0.25, 4, 1_700_000_000_000_000));
    }

    [Fact]
    public async Task A_run_that_has_ended_is_told_once()
    {
        var run = await _host.Run();
        await _host.Patch($"/api/v1/runs/{run.RunId}", new UpdateRun("failed")).ShouldSucceed(HttpStatusCode.OK);

        var events = new List<RunEvent>();
        await foreach (var happened in Client.WatchRunAsync(run.RunId, cancellation: _stop.Token)) events.Add(happened);

        (events.ShouldHaveSingleItem().Kind, events[0].Run!.Status).ShouldBe(("end", "failed"));
    }

    [Fact]
    public async Task A_broken_connection_goes_on_after_the_last_event_and_loses_no_point()
    {
        var run = await _host.Run();
        const long Second = 1_000_000;
        await _host.Log(run.RunId, new LogBatch([new("loss", 1, 1, 100 * Second), new("old", 1, 1, 10 * Second)])).ShouldSucceed();
        string last;
        await using (var events = Client.WatchRunAsync(run.RunId, cancellation: _stop.Token).GetAsyncEnumerator(_stop.Token)) last = (await Next(events)).Id;
        await _host.Log(run.RunId, new LogBatch([.. Enumerable.Range(2, 1000 - 2).Select(step => new MetricPoint("loss", step, step, (99 + step) * Second))])).ShouldSucceed();
        await _host.Log(run.RunId, new LogBatch([.. Enumerable.Range(1000, 600).Select(step => new MetricPoint("loss", step, step, (99 + step) * Second)), new("late", 1, 1, 95 * Second)])).ShouldSucceed();
        await _host.Patch($"/api/v1/runs/{run.RunId}", new UpdateRun("finished")).ShouldSucceed(HttpStatusCode.OK);

        var told = new List<MetricPoint>();
        await foreach (var happened in Client.WatchRunAsync(run.RunId, last, _stop.Token)) told.AddRange(happened.Points?.Points ?? []);

        last.ShouldBe((100 * Second).ToString(System.Globalization.CultureInfo.InvariantCulture));
        told.Where(point => point.Key == "loss").Select(point => point.Step).ShouldBe(Enumerable.Range(1, 1599).Select(step => (long)step), "more than one event holds, each once, with the overlap");
        told.ShouldContain(point => point.Key == "late", "it is older than the last one seen, by less than the overlap");
        told.ShouldNotContain(point => point.Key == "old");
    }

    [Fact]
    public async Task Who_may_not_see_the_run_or_asks_wrongly_is_refused()
    {
        var run = await _host.Run();
        var path = $"/api/v1/runs/{run.RunId}/events";

        await _host.Neighbour.GetAsync(path).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        using var wrong = new HttpRequestMessage(HttpMethod.Get, path);
        wrong.Headers.Add("Last-Event-ID", "yesterday");
        (await _host.Http.SendAsync(wrong).ShouldBeProblem(HttpStatusCode.BadRequest, "run.event-id-invalid")).ShouldContain("yesterday");
    }

    [Fact]
    public async Task More_streams_than_there_may_be_are_refused_until_one_is_closed()
    {
        var run = await _host.Run();
        var path = $"/api/v1/runs/{run.RunId}/events";
        var open = new List<HttpResponseMessage>();
        for (var n = 0; n < 200; n++) open.Add(await _host.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, _stop.Token));
        open.ShouldAllBe(answer => answer.Content.Headers.ContentType!.MediaType == "text/event-stream");

        await _host.Http.GetAsync(path).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "run.too-many-watchers");
        open.ForEach(answer => answer.Dispose());
        HttpResponseMessage again;
        do again = await _host.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, _stop.Token);
        while (again.StatusCode == HttpStatusCode.ServiceUnavailable);

        again.StatusCode.ShouldBe(HttpStatusCode.OK);
        again.Dispose();
    }

    private static async Task<RunEvent> Next(IAsyncEnumerator<RunEvent> events)
    {
        (await events.MoveNextAsync()).ShouldBeTrue("the stream ended");
        return events.Current;
    }
}
