using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Projects;
using Cairn.Cli.Terminals;

namespace Cairn.Cli.Commands;

internal static class RunCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "The project folder" };
    private static readonly Option<bool> NoPromote = new("--no-promote") { Description = "Everything but the move of the champion" };
    private static readonly Option<bool> Fresh = new("--fresh") { Description = "Start anew even if the last run can be taken up where it stopped" };

    public static Command Build() =>
        new Command("run", "Run the lifecycle: snapshot, validate, train, evaluate, register, gate, promote, serve. Exit code 3: no signal") { Folder, NoPromote, Fresh }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        var project = ProjectFolder.Read(invocation.Get(Folder));
        await using var session = await invocation.Connect(cancellation);
        var result = await LifecycleRun.Execute(session.Client, invocation.Terminal, project, promote: !invocation.Get(NoPromote), invocation.Get(Fresh), cancellation);

        if (invocation.Terminal.Json) Terminal.WriteJson(result);
        else ResultTables.Show(invocation.Terminal, result);
        return ResultTables.ExitCodeOf(result);
    }
}
