using System.Diagnostics;
using System.Globalization;
using Cairn.Client;
using Cairn.Server;

namespace Cairn.Bench.Tracking;

/// <summary>Metrics per second from <see cref="ActiveRun"/> to a server on a socket, each stored (synchronous=FULL) when the run is disposed.</summary>
internal static class RunLogging
{
    private const int Rounds = 3;

    public static void Run(string[] args) => RunAsync(args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200_000).GetAwaiter().GetResult();

    private static async Task RunAsync(int points)
    {
        var home = Path.Combine(Path.GetTempPath(), $"cairn-bench-{Environment.ProcessId}");
        try
        {
            var started = await CairnServer.Start(new ServerOptions { Home = home, Port = 0, LogFile = Path.Combine(home, "server.log") }, CancellationToken.None);
            await using var server = started.Value;
            using var connection = CairnConnection.OpenSocket(server.Socket);
            await Log(connection.Client, 1, 20_000); // compiles the code
            Console.WriteLine("threads  points   logged in  stored in  metrics/s");
            foreach (var threads in (int[])[1, 4])
            {
                for (var round = 0; round < Rounds; round++)
                {
                    var (logged, stored) = await Log(connection.Client, threads, points);
                    Console.WriteLine($"{threads,7}  {points,7}  {logged.TotalMilliseconds,6:0} ms  {stored.TotalMilliseconds,6:0} ms  {points / stored.TotalSeconds,9:0}");
                }
            }
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<(TimeSpan Logged, TimeSpan Stored)> Log(CairnClient client, int threads, int points)
    {
        var run = await client.StartRunAsync("bench", new() { RecordOrigin = false });
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(() =>
        {
            for (var step = 0; step < points / threads; step++) run.LogMetric($"m{thread}", step, step);
        })));
        var logged = Stopwatch.GetElapsedTime(began);
        run.Finish();
        await run.DisposeAsync();
        return (logged, Stopwatch.GetElapsedTime(began));
    }
}
