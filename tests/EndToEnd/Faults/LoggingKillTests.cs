using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Cairn.Client;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Faults;

/// <summary>kill -9 of the server, again and again, while a program in .NET logs a run: when the run is disposed nothing of it is missing or there twice.</summary>
[Collection("kills")]
public class LoggingKillTests
{
    private const int Threads = 4, PointsOfThread = 4_000, Params = 40, Files = 20;

    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("TORTURE_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 6;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_logged_from_NET_is_whole_though_its_server_was_killed()
    {
        using var folder = new TestFolder();
        var port = FreePort();
        var server = await Start(folder, port);
        try
        {
            using var connection = CairnConnection.Open(new Uri($"http://127.0.0.1:{port}"));
            Task killing;
            string id;
            await using (var run = await connection.Client.StartRunAsync("killed", new ActiveRunOptions { Buffer = 2_000, RecordOrigin = false }, cancellation: Cancelled))
            {
                id = run.RunId;
                var left = Kills;
                killing = Task.Run(
                    async () =>
                    {
                        for (var draw = new Random(3); left > 0; left--)
                        {
                            await Task.Delay(100 + draw.Next(500), Cancelled);
                            server.Kill();
                            server.Dispose();
                            server = await Start(folder, port);
                        }
                    },
                    Cancelled);
                await Task.WhenAll([.. Enumerable.Range(0, Threads).Select(thread => Task.Run(() => Log(run, thread, () => left), Cancelled)), StoreFiles(run, () => left)]);
                run.Finish();
            }

            await killing;
            await Verify(port, id);
        }
        finally
        {
            server.Dispose();
        }
    }

    // Slowly while there are kills to come, so that they fall into the middle of it.
    private static async Task Log(ActiveRun run, int thread, Func<int> killsLeft)
    {
        for (var step = 0; step < PointsOfThread; step++)
        {
            run.LogMetric($"m{thread}", step / 8.0, step);
            if (step % (PointsOfThread / Params * Threads) == 0) run.LogParam($"p{thread}-{step}", step);
            if (step % 500 == 0) run.SetTag($"t{thread}", $"{step}");
            if (step % 20 == 0 && killsLeft() > 0) await Task.Delay(10, Cancelled);
        }
    }

    private static async Task StoreFiles(ActiveRun run, Func<int> killsLeft)
    {
        for (var number = 0; number < Files; number++)
        {
            await run.LogTextAsync(string.Concat(Enumerable.Repeat($"{number}\n", 20_000)), $"notes/{number}.txt", Cancelled);
            if (killsLeft() > 0) await Task.Delay(100, Cancelled);
        }
    }

    private static async Task Verify(int port, string id)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/2.0/mlflow/") };
        var run = JsonNode.Parse(await http.GetStringAsync($"runs/get?run_id={id}", Cancelled))!["run"]!;
        run["info"]!["status"]!.GetValue<string>().ShouldBe("FINISHED");
        run["data"]!["params"]!.AsArray().Count.ShouldBe(Params);
        for (var thread = 0; thread < Threads; thread++)
        {
            var points = JsonNode.Parse(await http.GetStringAsync($"metrics/get-history?run_id={id}&metric_key=m{thread}", Cancelled))!["metrics"]!.AsArray();
            points.Select(point => (point!["step"]!.GetValue<int>(), point["value"]!.GetValue<double>())).Order().ShouldBe(Enumerable.Range(0, PointsOfThread).Select(step => (step, step / 8.0)));
            run["data"]!["tags"]!.AsArray().Single(tag => tag!["key"]!.GetValue<string>() == $"t{thread}")!["value"]!.GetValue<string>().ShouldBe($"{PointsOfThread - 500}");
        }

        for (var number = 0; number < Files; number++)
            (await http.GetStringAsync($"/get-artifact?run_id={id}&path=notes/{number}.txt", Cancelled)).ShouldBe(string.Concat(Enumerable.Repeat($"{number}\n", 20_000)));
    }

    private static async Task<CairnProcess> Start(TestFolder folder, int port)
    {
        var server = CairnProcess.Start(folder, "up", "--port", $"{port}");
        using var ready = await ServerAddress.Connect(folder, server, Cancelled);
        return server;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
