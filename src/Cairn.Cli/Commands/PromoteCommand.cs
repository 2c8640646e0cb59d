using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class PromoteCommand
{
    private static readonly Argument<string> Model = new("model") { Description = "The model" };
    private static readonly Argument<long> Version = new("version") { Description = "The version to become champion" };
    private static readonly Option<string?> Reason = new("--reason") { Description = "Kept in the history and the audit", HelpName = "text" };
    private static readonly Option<bool> Override = new("--override") { Description = "Although a gate refused it; audited" };
    private static readonly Option<bool> Unverified = new("--unverified") { Description = "A version logged from outside, which no gate has judged" };

    public static Command Build() => new Command("promote", "Make a version the champion: what serves") { Model, Version, Reason, Override, Unverified }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var request = new Promote(invocation.Get(Version), invocation.Get(Reason), invocation.Get(Unverified), invocation.Get(Override));
        var moved = await session.Client.PromoteAsync(invocation.Get(Model), request, cancellation);
        if (invocation.Terminal.Json) Terminal.WriteJson(moved);
        else Terminal.WriteLine($"{moved.Model}: version {moved.Version} is champion{(moved.Previous is { } before ? $" (before: {before})" : "")}. 'cairn rollback {moved.Model}' takes it back.");
        return ExitCode.Ok;
    }
}
