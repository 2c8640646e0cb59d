using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class RollbackCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "The model" };
    private static readonly Option<string?> Reason = new("--reason") { Description = "Kept in the history and the audit", HelpName = "text" };

    public static Command Build() => new Command("rollback", "Make the champion before this one the champion again") { Model, Reason }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var moved = await session.Client.RollbackAsync(invocation.Get(Model), new Rollback(invocation.Get(Reason)), cancellation);
        if (invocation.Terminal.Json) Terminal.WriteJson(moved);
        else Terminal.WriteLine($"{moved.Model}: version {moved.Version} is champion again (before: {moved.Previous}).");
        return ExitCode.Ok;
    }
}
