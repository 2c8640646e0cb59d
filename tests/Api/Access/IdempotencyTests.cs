using System.Net;
using System.Net.Http.Json;
using Cairn.Access;
using Cairn.Access.Idempotency;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Api.Tests.Access;

public class IdempotencyTests
{
    private int _runs;

    [Fact]
    public async Task A_repeated_key_gets_the_first_answer_and_the_change_happens_once()
    {
        await using var host = await EndpointHost.Start(Counter);

        var first = await Send(host, "k1", new { name = "a" });
        var second = await Send(host, "k1", new { name = "a" });

        _runs.ShouldBe(1);
        second.StatusCode.ShouldBe(HttpStatusCode.Created);
        second.Headers.Location.ShouldBe(first.Headers.Location);
        second.Content.Headers.ContentType.ShouldBe(first.Content.Headers.ContentType);
        (await second.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        first.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        second.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
    }

    [Fact]
    public async Task The_answer_is_kept_over_a_restart()
    {
        var host = await EndpointHost.Start(Counter);
        await Send(host, "k1", new { name = "a" });
        await using var again = await EndpointHost.Start(Counter, await host.Leave());

        var answer = await Send(again, "k1", new { name = "a" });

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        _runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_key_of_another_request_is_refused()
    {
        await using var host = await EndpointHost.Start(Counter);
        await Send(host, "k1", new { name = "a" });

        var answer = await Send(host, "k1", new { name = "b" });

        await answer.ShouldBeProblem(HttpStatusCode.Conflict, "access.idempotency-key-reused");
        _runs.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_key_every_request_is_one_of_its_own()
    {
        await using var host = await EndpointHost.Start(Counter);

        await host.Http.PostAsJsonAsync("/count", new { name = "a" });
        await host.Http.PostAsJsonAsync("/count", new { name = "a" });

        _runs.ShouldBe(2);
    }

    [Theory]
    [InlineData("/refuse")]
    [InlineData("/break")]
    public async Task A_request_that_was_refused_or_failed_leaves_its_key_free(string path)
    {
        await using var host = await EndpointHost.Start(Counter);

        (await Send(host, "k1", new { name = "a" }, path)).IsSuccessStatusCode.ShouldBeFalse();
        (await Send(host, "k1", new { name = "a" }, path)).IsSuccessStatusCode.ShouldBeFalse();

        _runs.ShouldBe(2);
        (await Send(host, "k1", new { name = "a" })).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_second_request_while_the_first_runs_is_told_to_come_back()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await EndpointHost.Start(routes => routes.MapPost("/count", async () =>
        {
            Interlocked.Increment(ref _runs);
            entered.SetResult();
            await leave.Task;
            return Results.Ok(_runs);
        }).Requires(Permission.DataWrite).Mutates());

        var first = Send(host, "k1", new { name = "a" });
        await entered.Task;
        var second = await Send(host, "k1", new { name = "a" });
        leave.SetResult();

        await second.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, "access.idempotency-key-busy");
        second.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        (await first).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Send(host, "k1", new { name = "a" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        _runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_change_goes_on_when_its_caller_hangs_up_and_the_next_call_gets_its_answer()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var leave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await EndpointHost.Start(routes => routes.MapPost("/count", async (CancellationToken cancellation) =>
        {
            entered.SetResult();
            await leave.Task;
            cancellation.ThrowIfCancellationRequested();
            return Results.Ok(Interlocked.Increment(ref _runs));
        }).Requires(Permission.DataWrite).Mutates());
        using var caller = new CancellationTokenSource();

        var first = Send(host, "k1", new { name = "a" }, cancellation: caller.Token);
        await entered.Task;
        await caller.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(first);
        leave.SetResult();
        var second = await Send(host, "k1", new { name = "a" });
        for (var i = 0; i < 100 && second.StatusCode == HttpStatusCode.ServiceUnavailable; i++)
        {
            await Task.Delay(50);
            second = await Send(host, "k1", new { name = "a" });
        }

        second.StatusCode.ShouldBe(HttpStatusCode.OK);
        _runs.ShouldBe(1);
    }

    [Fact]
    public async Task A_request_whose_process_died_is_not_run_a_second_time()
    {
        await using var host = await EndpointHost.Start(Counter);
        await Send(host, "k1", new { name = "a" });
        await host.Database.Write(transaction => transaction.Execute("UPDATE idempotency_keys SET status = 0")); // as a kill between the change and its record leaves it

        var answer = await Send(host, "k1", new { name = "a" });

        await answer.ShouldBeProblem(HttpStatusCode.Conflict, "access.idempotency-key-unfinished");
        _runs.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("long")]
    public async Task A_key_that_is_no_key_is_refused(string key)
    {
        await using var host = await EndpointHost.Start(Counter);

        var answer = await Send(host, key == "long" ? new string('k', 256) : key, new { name = "a" });

        await answer.ShouldBeProblem(HttpStatusCode.BadRequest, "access.idempotency-key-invalid");
        _runs.ShouldBe(0);
    }

    [Fact]
    public async Task A_key_is_forgotten_after_24_hours()
    {
        await using var host = await EndpointHost.Start(Counter);
        var clock = new Clock();
        var keys = new IdempotencyKeys(host.Database, clock);
        (await keys.Claim(WorkspaceId.Default, "k", "d1", default)).Value.ShouldBeNull();
        await keys.Complete(WorkspaceId.Default, "k", new("d1", 200, "text/plain", "", [1]));

        clock.Now += TimeSpan.FromHours(23.9);
        (await keys.Claim(WorkspaceId.Default, "k", "d1", default)).Value.ShouldNotBeNull().Body.ShouldBe([1]);
        (await keys.Claim(new WorkspaceId("other"), "k", "d2", default)).Value.ShouldBeNull();
        clock.Now += TimeSpan.FromHours(0.2);
        (await keys.Claim(WorkspaceId.Default, "k", "d2", default)).Value.ShouldBeNull();
    }

    private void Counter(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/count", (Named body) => Results.Created($"/count/{Interlocked.Increment(ref _runs)}", body)).Requires(Permission.DataWrite).Mutates();
        routes.MapPost("/refuse", (Named _) =>
        {
            Interlocked.Increment(ref _runs);
            return new Refusal.Conflict("test.busy", "Busy.").ToProblem();
        }).Requires(Permission.DataWrite).Mutates();
        routes.MapPost("/break", IResult (Named _) => throw new InvalidOperationException($"run {Interlocked.Increment(ref _runs)}")).Requires(Permission.DataWrite).Mutates();
    }

    private static async Task<HttpResponseMessage> Send(EndpointHost host, string key, object body, string path = "/count", CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await host.Http.SendAsync(request, cancellation);
    }

    private sealed record Named(string Name);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
