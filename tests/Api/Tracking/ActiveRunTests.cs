using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Cairn.Api.Tests.Mlflow;
using Cairn.Api.Tests.Server;
using Cairn.Client;
using Cairn.Client.Logging;

namespace Cairn.Api.Tests.Tracking;

/// <summary>Runs logged from .NET, to the real server.</summary>
public class ActiveRunTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_logged_is_stored_when_the_run_is_disposed_in_few_requests_of_MLflows_protocol_alone()
    {
        await using var home = await TestHome.Start();
        var wire = new Wire();
        var file = Path.Combine(home.Home, "notes.txt");
        await File.WriteAllTextAsync(file, "hello", Cancelled);

        string id;
        await using (var run = await wire.Client(home).StartRunAsync("churn", new() { Name = "first", Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "crm" } }, Cancelled))
        {
            id = run.RunId;
            run.Name.ShouldBe("first");
            await Parallel.ForEachAsync(Enumerable.Range(0, 4), Cancelled, (client, _) =>
            {
                for (var step = 0; step < 5000; step++) run.LogMetric($"m{client}", step / 8.0, step);
                return ValueTask.CompletedTask;
            });
            for (var number = 0; number < 250; number++) run.LogParam($"p{number}", number);
            run.LogMetric("loss", double.NaN);
            run.LogMetric("ratio", double.PositiveInfinity);
            run.SetTag("phase", "one");
            run.SetTag("phase", "two");
            await run.LogArtifactAsync(file, "docs", Cancelled);
            run.Finish();
        }

        var stored = (await home.Http.MlflowGet($"runs/get?run_id={id}"))["run"]!;
        stored["info"]!["status"]!.GetValue<string>().ShouldBe("FINISHED");
        stored["info"]!["end_time"]!.GetValue<long>().ShouldBeGreaterThan(0);
        stored["data"]!["params"]!.AsArray().Count.ShouldBe(250);
        stored["data"]!["metrics"]!.AsArray().Count.ShouldBe(6);
        var tags = stored["data"]!["tags"]!.AsArray().ToDictionary(tag => tag!["key"]!.GetValue<string>(), tag => tag!["value"]!.GetValue<string>(), StringComparer.Ordinal);
        (tags["team"], tags["phase"], tags["mlflow.source.type"], tags["mlflow.user"]).ShouldBe(("crm", "two", "LOCAL", Environment.UserName));
        for (var client = 0; client < 4; client++)
            (await Steps(home, id, $"m{client}")).ShouldBe(Enumerable.Range(0, 5000).Select(step => (long)step));
        (await home.Http.GetStringAsync($"/api/2.0/mlflow-artifacts/artifacts/{stored["info"]!["experiment_id"]}/{id}/artifacts/docs/notes.txt", Cancelled)).ShouldBe("hello");
        JsonNode.Parse(await home.Http.GetStringAsync($"/api/v1/runs/{id}/artifacts/content/environment.json", Cancelled))!["dotnet"]!.GetValue<string>().ShouldStartWith(".NET");
        wire.Asked.ShouldAllBe(asked => asked.Contains("/api/2.0/mlflow", StringComparison.Ordinal));
        wire.Batches.ShouldBeLessThan(100);
    }

    [Fact]
    public async Task The_code_and_its_commit_are_recorded()
    {
        await using var home = await TestHome.Start();
        var source = Path.Combine(Repository.Root, "src", "Cairn.Kernel", "Digest.cs");

        await home.Client.RunAsync("e", async run => await run.FlushAsync(Cancelled), cancellation: Cancelled, source: source);

        var run = (await home.Client.ListRunsAsync(cancellation: Cancelled)).Items.Single();
        (await home.Http.GetStringAsync($"/api/v1/runs/{run.RunId}/artifacts/content/code/Digest.cs", Cancelled)).ShouldBe(await File.ReadAllTextAsync(source, Cancelled));
        var tags = (await home.Http.MlflowGet($"runs/get?run_id={run.RunId}"))["run"]!["data"]!["tags"]!.AsArray().ToDictionary(tag => tag!["key"]!.GetValue<string>(), tag => tag!["value"]!.GetValue<string>(), StringComparer.Ordinal);
        if (Directory.Exists(Path.Combine(Repository.Root, ".git")) || File.Exists(Path.Combine(Repository.Root, ".git"))) tags["mlflow.source.git.commit"].Length.ShouldBe(40);
    }

    [Fact]
    public async Task A_run_left_early_is_failed_one_that_is_cancelled_killed_and_the_cause_is_what_the_caller_sees()
    {
        await using var home = await TestHome.Start();
        var client = home.Client;
        var early = await client.StartRunAsync("e", cancellation: Cancelled);
        early.LogMetric("m", 1);
        await early.DisposeAsync();
        Should.Throw<ObjectDisposedException>(() => early.LogMetric("m", 2));

        string thrown = "", stopped = "";
        await Should.ThrowAsync<InvalidDataException>(client.RunAsync("e", run =>
        {
            thrown = run.RunId;
            run.LogMetric("m", 1);
            throw new InvalidDataException("no such column");
        }, cancellation: Cancelled));
        await Should.ThrowAsync<OperationCanceledException>(client.RunAsync("e", run =>
        {
            stopped = run.RunId;
            throw new OperationCanceledException();
        }, cancellation: Cancelled));

        (await Status(home, early.RunId), await Status(home, thrown), await Status(home, stopped)).ShouldBe(("FAILED", "FAILED", "KILLED"));
        (await Steps(home, early.RunId, "m")).ShouldBe([0]);
        (await Steps(home, thrown, "m")).ShouldBe([0]);
    }

    [Fact]
    public async Task What_the_server_refuses_is_told_and_takes_nothing_else_with_it()
    {
        await using var home = await TestHome.Start();
        var run = await home.Client.StartRunAsync("e", cancellation: Cancelled);
        await home.Http.Mlflow("runs/log-parameter", $$"""{"run_id":"{{run.RunId}}","key":"depth","value":"6"}""");

        for (var step = 0; step < 300; step++) run.LogMetric("m", step, step);
        run.LogParam("depth", 7);
        for (var step = 300; step < 600; step++) run.LogMetric("m", step, step);
        run.LogParam("rate", 0.1);

        (await Should.ThrowAsync<CairnException>(run.FlushAsync(Cancelled))).Message.ShouldContain("depth");
        Should.Throw<InvalidOperationException>(() => run.LogParam("rate", 0.2));
        run.Finish();
        await Should.ThrowAsync<CairnException>(async () => await run.DisposeAsync());
        (await Steps(home, run.RunId, "m")).Count.ShouldBe(600);
        (await Status(home, run.RunId)).ShouldBe("FAILED");
    }

    [Fact]
    public async Task A_caller_who_is_quicker_than_the_server_waits()
    {
        await using var home = await TestHome.Start();
        var wire = new Wire();
        var run = await wire.Client(home).StartRunAsync("e", new() { Buffer = 10 }, Cancelled);
        wire.Hold();

        var added = 0;
        var logging = Task.Run(() =>
        {
            for (var step = 0; step < 100; step++)
            {
                run.LogMetric("m", step, step);
                Interlocked.Increment(ref added);
            }
        }, Cancelled);
        await wire.Held.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        await Task.Delay(100, Cancelled);
        Volatile.Read(ref added).ShouldBeLessThanOrEqualTo(20); // ten on their way, ten waiting

        wire.Release();
        await logging;
        run.Finish();
        await run.DisposeAsync();
        (await Steps(home, run.RunId, "m")).Count.ShouldBe(100);
    }

    [Fact]
    public async Task Answers_that_are_lost_lose_and_repeat_nothing()
    {
        await using var home = await TestHome.Start();
        var wire = new Wire { LoseEach = 2 };

        var run = await wire.Client(home).StartRunAsync("e", cancellation: Cancelled);
        for (var step = 0; step < 5000; step++) run.LogMetric("m", step % 7 == 0 ? double.NaN : step, step);
        run.LogParam("p", 1);
        run.Finish();
        await run.DisposeAsync();

        wire.Lost.ShouldBeGreaterThan(2);
        (await Steps(home, run.RunId, "m")).ShouldBe(Enumerable.Range(0, 5000).Select(step => (long)step));
        (await Status(home, run.RunId)).ShouldBe("FINISHED");
    }

    [Fact]
    public async Task A_server_that_restarts_while_it_is_logged_to_has_all_of_it()
    {
        var home = await TestHome.Start();
        using var connection = CairnConnection.OpenSocket(home.Server.Socket);
        var run = await connection.Client.StartRunAsync("e", cancellation: Cancelled);
        using var enough = new CancellationTokenSource();
        var logging = Task.Run(async () =>
        {
            var step = 0;
            for (; !enough.IsCancellationRequested; step++)
            {
                run.LogMetric("m", step, step);
                if (step % 200 == 0) await Task.Delay(1, Cancelled);
            }

            return step;
        }, Cancelled);
        for (var restart = 0; restart < 3; restart++)
        {
            await Task.Delay(150, Cancelled);
            await home.Stop();
            home = await TestHome.Start(home.Home);
        }

        await enough.CancelAsync();
        var logged = await logging;
        run.Finish();
        await run.DisposeAsync();
        await using var last = home;
        (await Steps(home, run.RunId, "m")).ShouldBe(Enumerable.Range(0, logged).Select(step => (long)step));
        (await Status(home, run.RunId)).ShouldBe("FINISHED");
    }

    [Fact]
    public async Task A_server_that_stays_away_is_told_with_the_number_of_what_is_not_stored()
    {
        var home = await TestHome.Start();
        using var connection = CairnConnection.OpenSocket(home.Server.Socket);
        var run = await connection.Client.StartRunAsync("e", new() { Patience = TimeSpan.FromMilliseconds(500) }, Cancelled);
        await home.DisposeAsync();

        run.LogMetric("m", 1);
        run.LogMetric("m", 2, 1);

        var told = await Should.ThrowAsync<CairnException>(run.FlushAsync(Cancelled));
        (told.Code, told.Message.StartsWith("2 metrics", StringComparison.Ordinal)).ShouldBe(("client.unreachable", true), told.Message);
        Should.Throw<CairnException>(() => run.LogMetric("m", 3, 2));
        run.Finish();
        await Should.ThrowAsync<CairnException>(async () => await run.DisposeAsync());
    }

    [Fact]
    public async Task A_run_that_is_deleted_meanwhile_says_so_at_once()
    {
        await using var home = await TestHome.Start();
        var wire = new Wire();
        var run = await wire.Client(home).StartRunAsync("e", cancellation: Cancelled);
        await home.Http.Mlflow("runs/delete", $$"""{"run_id":"{{run.RunId}}"}""");

        for (var step = 0; step < 900; step++) run.LogMetric("m", step, step);

        (await Should.ThrowAsync<CairnException>(run.FlushAsync(Cancelled))).Message.ShouldContain("was deleted");
        wire.Batches.ShouldBeLessThan(3);
        await run.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a*b")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/")]
    [InlineData("a\n")]
    public void A_key_that_the_server_would_refuse_is_refused_where_it_is_written(string key) => Should.Throw<ArgumentException>(() => LogKey.Checked(key));

    [Fact]
    public void The_address_of_a_repository_is_recorded_without_its_password()
    {
        RunOrigin.WithoutPassword("https://me:secret@example.org/a/b.git").ShouldBe("https://example.org/a/b.git");
        RunOrigin.WithoutPassword("git@example.org:a/b.git").ShouldBe("git@example.org:a/b.git");
    }

    private static async Task<string> Status(TestHome home, string run) => (await home.Http.MlflowGet($"runs/get?run_id={run}"))["run"]!["info"]!["status"]!.GetValue<string>();

    private static async Task<List<long>> Steps(TestHome home, string run, string key) =>
        [.. ((await home.Http.MlflowGet($"metrics/get-history?run_id={run}&metric_key={key}"))["metrics"]?.AsArray() ?? []).Select(point => point!["step"]!.GetValue<long>()).Order()];

    /// <summary>Between the client and the server: counts, holds back, and loses answers.</summary>
    private sealed class Wire : DelegatingHandler
    {
        private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource? _gate;
        private int _batches, _lost;

        public Wire() : base(new SocketsHttpHandler { UseProxy = false })
        {
        }

        public ConcurrentQueue<string> Asked { get; } = [];

        public int LoseEach { get; init; } = int.MaxValue;

        public int Batches => _batches;

        public int Lost => _lost;

        public Task Held => _held.Task;

        public CairnClient Client(TestHome home) => new(new HttpClient(this) { BaseAddress = home.Server.Url });

        public void Hold() => _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _gate!.SetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Enqueue(request.RequestUri!.AbsolutePath);
            var isBatch = request.RequestUri.AbsolutePath.EndsWith("log-batch", StringComparison.Ordinal);
            var number = isBatch ? Interlocked.Increment(ref _batches) : 0;
            if (isBatch && _gate is { } gate)
            {
                _held.TrySetResult();
                await gate.Task.WaitAsync(cancellationToken);
            }

            var answer = await base.SendAsync(request, cancellationToken);
            if (!isBatch || number % LoseEach != 0) return answer;
            answer.Dispose();
            Interlocked.Increment(ref _lost);
            throw new HttpRequestException("the connection was reset");
        }
    }
}
