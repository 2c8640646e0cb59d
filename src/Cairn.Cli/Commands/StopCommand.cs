using System.CommandLine;
using System.Diagnostics;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;

namespace Cairn.Cli.Commands;

internal static class StopCommand
{
    public static Command Build() => new Command("stop", "Stop the server that owns the home, or the one at --server; it finishes what it is answering").Does(Run, json: false);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        if (invocation.Settings.Server is { } remote)
        {
            using var connection = CairnConnection.Open(remote);
            await connection.Client.StopAsync(cancellation);
            Terminal.WriteLine($"{remote} is stopping.");
            return ExitCode.Ok;
        }

        await using var living = await Session.FindLiving(invocation.Settings, cancellation);
        if (living is null)
        {
            Terminal.WriteLine($"No server owns {invocation.Settings.Home}.");
            return ExitCode.Ok;
        }

        await living.Client.StopAsync(cancellation);
        // The owner removes its socket last but for the lock.
        var waiting = Stopwatch.StartNew();
        while (File.Exists(invocation.Settings.Socket))
        {
            if (waiting.Elapsed > TimeSpan.FromSeconds(60))
                throw new CairnException(Problems.Of("cli.stop-slow", "The server was asked to stop a minute ago and has not ended. 'cairn logs' may tell what it is doing."));
            await Task.Delay(50, cancellation);
        }

        Terminal.WriteLine("Stopped.");
        return ExitCode.Ok;
    }
}
