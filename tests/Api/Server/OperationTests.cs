using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Cairn.Api.Tests.Access;
using Cairn.Api.Tests.Serving;
using Cairn.Client.Wire;
using Cairn.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Server;

public class OperationTests
{
    [Fact]
    public async Task A_fresh_server_has_shown_itself_its_first_page_before_somebody_looks()
    {
        await using var home = await TestHome.Start();

        while (!(await home.Http.GetStringAsync("/metrics")).Contains("""http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",http_route="/"} 1""", StringComparison.Ordinal))
            await Task.Delay(100, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task About_says_what_the_server_is_and_as_whom_one_speaks_to_it()
    {
        await using var home = await TestHome.Start();

        var about = await home.Client.AboutAsync();

        about.Home.ShouldBe(home.Home);
        about.Database.ShouldBe("sqlite");
        about.Caller.ShouldBe("local-admin");
        about.Workspace.ShouldBe("default");
        about.Url.ShouldBe(home.Server.Url!.GetLeftPart(UriPartial.Authority));
        about.Version.ShouldBe("0.1.0");
    }

    [Fact]
    public async Task Storage_says_what_is_held_by_kind_and_what_is_free()
    {
        await using var home = await TestHome.Start();
        File.WriteAllBytes(Path.Combine(home.Home, "logs", "old.log"), new byte[12_345]);

        var use = await home.Client.GetStorageAsync();

        use.Home.ShouldBe(home.Home);
        use.Kinds.Single(kind => kind.Kind == "database").Bytes.ShouldBeGreaterThan(4096);
        use.Kinds.Single(kind => kind.Kind == "logs").Bytes.ShouldBeGreaterThanOrEqualTo(12_345);
        use.Bytes.ShouldBe(use.Kinds.Sum(kind => kind.Bytes));
        use.FreeBytes.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Stop_answers_is_audited_and_ends_the_server()
    {
        var home = await TestHome.Start();

        await home.Client.StopAsync();

        await home.Server.WaitForShutdown(default).WaitAsync(TimeSpan.FromSeconds(10));
        await home.Stop();
        await using var again = await TestHome.Start(home.Home);
        (await again.Client.ListAuditAsync()).Items.ShouldContain(entry => entry.Action == "server.stop");
    }

    [Fact]
    public async Task A_request_under_way_is_finished_before_the_server_ends()
    {
        var home = await TestHome.Start();
        await home.Client.CreateExperimentAsync(new("first"));
        using var entered = new SemaphoreSlim(0);
        using var leave = new ManualResetEventSlim();
        var writer = home.Server.Services.GetRequiredService<Database>().Write(_ =>
        {
            entered.Release();
            return leave.Wait(TimeSpan.FromSeconds(20));
        });
        await entered.WaitAsync();
        var request = home.Http.PostAsync("/api/v1/experiments", JsonContent.Create(new { name = "late" })); // waits for the one writer
        await Task.Delay(300);

        var stopped = home.Server.DisposeAsync().AsTask();
        (await Task.WhenAny(stopped, request, Task.Delay(300))).ShouldNotBeOneOf(stopped, request);
        leave.Set();

        (await request).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await writer).ShouldBeTrue();
        await stopped.WaitAsync(TimeSpan.FromSeconds(20));
        Directory.Delete(home.Home, recursive: true);
    }

    [Fact]
    public async Task A_request_that_has_not_arrived_whole_when_the_server_stops_is_told_to_come_back()
    {
        var home = await TestHome.Start();
        await home.Client.CreateExperimentAsync(new("first")); // so that the next one is quickly where its body is read
        using var client = new TcpClient();
        await client.ConnectAsync(home.Server.Url!.Host, home.Server.Url.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync("POST /api/v1/experiments HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"n"u8.ToArray());
        await Task.Delay(1000);

        var stopped = home.Server.DisposeAsync().AsTask();
        var buffer = new byte[8192];
        var answer = "";
        while (!answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer) is var read and > 0) answer += System.Text.Encoding.UTF8.GetString(buffer, 0, read);

        answer.ShouldStartWith("HTTP/1.1 503");
        answer.ShouldContain("server.stopping");
        answer.ShouldContain("Retry-After: 1");
        await stopped.WaitAsync(TimeSpan.FromSeconds(20));
        Directory.Delete(home.Home, recursive: true);
    }

    [Fact]
    public async Task The_probes_answer()
    {
        await using var home = await TestHome.Start();

        (await home.Http.GetStringAsync("/health/live")).ShouldContain("\"ok\"");
        using var ready = JsonDocument.Parse(await home.Http.GetStringAsync("/health/ready"));
        ready.RootElement.GetProperty("status").GetString().ShouldBe("ok");
        ready.RootElement.GetProperty("checks").GetProperty("database").GetString().ShouldBe("ok");
        ready.RootElement.GetProperty("checks").GetProperty("blobs").GetString().ShouldBe("ok");
    }

    [Fact]
    public async Task Not_ready_when_the_blobs_are_out_of_reach()
    {
        await using var home = await TestHome.Start();
        Directory.Delete(Path.Combine(home.Home, "blobs"), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(home.Home, "blobs"), "in the way");

        (await home.Http.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await home.Http.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_doctor_looks_at_what_the_server_stands_on()
    {
        await using var home = await TestHome.Start();

        var report = await home.Client.DoctorAsync();

        report.Checks.Select(check => check.Name).ShouldBe(["server", "home", "disk", "database", "prediction log", "model memory", "duckdb", "xgboost"]);
        report.Checks.Single(check => check.Name == "database").Found.ShouldContain("intact");
        report.Checks.Single(check => check.Name == "duckdb").Found.ShouldStartWith("DuckDB v1.5");
        report.Checks.Where(check => check.State != "ok").ShouldAllBe(check => check.Advice.Length > 0);
    }

    [Fact]
    public async Task A_deployment_that_cannot_load_its_champion_is_told_by_the_probe_and_the_doctor()
    {
        var before = await ServingHost.Start(TestHome.NewFolder());
        await before.Deploy("coffee");
        await before.Deploy("tea", model: "tea", seed: 2);
        await before.Stop();
        var home = await TestHome.Start(before.Home);
        (await home.Http.GetStringAsync("/health/ready")).ShouldContain("\"status\":\"ok\"");
        Task<DoctorReport> LastHour() => home.Client.DoctorAsync(maxAge: 3600);
        (await LastHour()).Checks.ShouldAllBe(check => check.CheckedAt == null);
        await ServingHost.AlterPackage(home.Server.Services, 1, "coffee");

        (await LastHour()).Checks.Where(check => check.CheckedAt != null).Select(check => check.Name).ShouldBe(["database", "deployment coffee", "deployment tea"]);
        var fromMemory = (await home.Client.DoctorAsync()).Checks.Single(check => check.Name == "deployment coffee");
        (await LastHour()).Checks.Single(check => check.Name == "deployment coffee").ShouldBe(fromMemory, "a fault is not kept, nor is what was well before it");
        fromMemory.State.ShouldBe("bad");
        fromMemory.Found.ShouldContain("could not be loaded again");

        await home.Stop();
        await using var again = await TestHome.Start(before.Home);
        using var answer = await again.Http.GetAsync("/health/ready");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var ready = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        ready.RootElement.GetProperty("status").GetString().ShouldBe("degraded");
        ready.RootElement.GetProperty("checks").GetProperty("deployments").GetString().ShouldBe("degraded");
        var report = await again.Client.DoctorAsync();
        report.Healthy.ShouldBeFalse();
        report.Checks.Single(check => check.Name == "deployment coffee").State.ShouldBe("bad");
        report.Checks.Single(check => check.Name == "deployment tea").State.ShouldBe("ok");
    }

    [Fact]
    public async Task Events_are_listed_oldest_first_from_any_point_on()
    {
        await using var home = await TestHome.Start();
        var database = home.Server.Services.GetRequiredService<Database>();
        var first = await database.Write(transaction => transaction.Emit(new NewEvent(Kernel.WorkspaceId.Default, "test.first", "tests/1")));
        await database.Write(transaction => transaction.Emit(new NewEvent(Kernel.WorkspaceId.Default, "test.second", "tests/2", CauseId: first)));
        await database.Write(transaction => transaction.Emit(new NewEvent(new("other"), "test.hidden", "tests/3")));

        var all = await home.Client.ListEventsAsync();
        var page = await home.Client.ListEventsAsync(after: first - 1, limit: 1);
        var later = await home.Client.ListEventsAsync(after: first);

        all.Items.Where(happened => happened.Type.StartsWith("test.", StringComparison.Ordinal)).Select(happened => happened.Type).ShouldBe(["test.first", "test.second"]);
        page.Items.Single().Id.ShouldBe(first);
        page.NextPageToken.ShouldNotBeNull();
        later.Items[0].CauseId.ShouldBe(first);
    }

    [Fact]
    public async Task Every_answer_carries_the_security_headers()
    {
        await using var home = await TestHome.Start();

        foreach (var path in new[] { "/", "/docs/index.html", "/api/v1/about", "/openapi/v1.json", "/health/live", "/nothing" })
        {
            var answer = await home.Http.GetAsync(path);
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"], path);
            answer.Headers.GetValues("X-Frame-Options").ShouldBe(["DENY"], path);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            policy.ShouldStartWith("default-src 'none'");
            policy.Split(';').Where(part => part.Contains("script-src", StringComparison.Ordinal)).ShouldAllBe(part => !part.Contains("unsafe", StringComparison.Ordinal));
            answer.Headers.Contains("Server").ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_failed_request_is_in_the_log_under_the_trace_id_of_its_answer()
    {
        await using var home = await TestHome.Start();

        var problem = await (await home.Http.GetAsync("/api/v1/nothing")).ShouldBeProblem(HttpStatusCode.NotFound, "request.no-such-route");
        await home.Client.AboutAsync();

        await using var file = new FileStream(Path.Combine(home.Home, "logs", "server.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var lines = (await new StreamReader(file).ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.ShouldContain(line => line.GetProperty("trace_id").GetString() == problem.TraceId && line.GetProperty("status").GetInt32() == 404);
        lines.ShouldNotContain(line => line.GetProperty("message").GetString()!.Contains("/api/v1/about", StringComparison.Ordinal));
    }
}
