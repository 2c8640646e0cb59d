using System.CommandLine;
using Cairn.Cli.Demos;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Server;

namespace Cairn.Cli.Commands;

internal static class DemoCommand
{
    private static readonly Option<string?> Data = new("--data") { Description = "Your own CSV file instead of the churn sample", HelpName = "file.csv" };
    private static readonly Option<string?> Target = new("--target") { Description = "The column to predict (default: Churn, else a last column of two values)", HelpName = "column" };
    private static readonly Option<bool> Once = new("--once") { Description = "End after the prediction instead of serving on" };
    private static readonly Option<int> Port = new("--port") { Description = "TCP port; when it is busy, the next free one", DefaultValueFactory = _ => 8080, HelpName = "port" };

    public static Command Build() => new Command("demo", "From a table of customers to a served prediction, told step by step") { Data, Target, Once, Port }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        if (invocation.Settings.Server is { } elsewhere)
            throw new CairnException(Problems.Of("cli.demo-elsewhere", $"The demo writes its project beside the home's owner, on this machine; --server or CAIRN_SERVER names {elsewhere}. Leave it out, or name a --home."));

        var terminal = invocation.Terminal;
        var own = new ServerOptions { Home = invocation.Settings.Home, Port = invocation.Get(Port), NextFreePort = true, LogFile = invocation.Settings.LogFile, Outside = OutsideSettings.FromEnvironment() };
        await using var session = await Session.Open(invocation.Settings, terminal, own, cancellation);
        var url = new Uri((await session.Client.AboutAsync(cancellation)).Url
            ?? throw new CairnException(Problems.Of("cli.no-port", $"Another command owns {invocation.Settings.Home} without a port. Wait until it has ended, or start 'cairn up'.")));
        if (session.Own is null) terminal.Note($"A server owns {invocation.Settings.Home} already; the demo uses it ({url.GetLeftPart(UriPartial.Authority)}).");
        else if (url.Port != invocation.Get(Port) && invocation.Get(Port) != 0) terminal.Note($"Port {invocation.Get(Port)} is busy; using {url.Port}.");

        var story = new DemoStory(session.Client, terminal, invocation.Settings.Home, url);
        var outcome = await story.Tell(invocation.Get(Data), invocation.Get(Target), cancellation);

        var stays = !invocation.Get(Once) && session.Own is not null;
        if (stays) terminal.Note($"\nServing on {url.GetLeftPart(UriPartial.Authority)} until Ctrl-C. API docs: {url}docs");
        if (terminal.Json) Terminal.WriteJson(outcome.Wire);
        if (stays)
        {
            try
            {
                await session.Own!.WaitForShutdown(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // Ctrl-C is how the demo ends.
            }
        }

        return outcome.ExitCode;
    }
}
