using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class ExperimentsCommand
{
    private static readonly Argument<string?> Prefix = new("path") { Description = "Only what is below it", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> From = new("from") { Description = "The path it has" };
    private static readonly Argument<string> To = new("to") { Description = "The path it gets" };
    private static readonly Option<int> Limit = Paging.Limit();

    public static Command Build() => new Command("experiments", "List experiments, show the tree of their paths, move a part of it")
    {
        new Command("list", "List experiments, newest first") { Limit }.Does(List),
        new Command("tree", "Show the tree that the names of experiments make, with counts of runs") { Prefix }.Does(Tree),
        new Command("move", "Give another path to an experiment and to all below it") { From, To }.Does(Move),
        Limit,
    }.Does(List);

    private static async Task<int> List(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var experiments = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListExperimentsAsync(n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(experiments);
            return ExitCode.Ok;
        }

        var table = Tables.New("#id", "name", "created");
        foreach (var experiment in experiments) table.With(experiment.ExperimentId, experiment.Name, Format.Time(experiment.CreatedAt));
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Tree(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var nodes = new List<(int Depth, ExperimentNodeWire Node)>();
        await Add(session.Client, invocation.Get(Prefix), 0, nodes, cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(nodes.Select(one => one.Node));
            return ExitCode.Ok;
        }

        var table = Tables.New("experiment", "#id", "#runs", "#with those below");
        foreach (var (depth, node) in nodes) table.With(new string(' ', 2 * depth) + node.Name, node.ExperimentId ?? "-", Format.Count(node.Runs), Format.Count(node.RunsBelow));
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task Add(CairnClient client, string? prefix, int depth, List<(int Depth, ExperimentNodeWire Node)> nodes, CancellationToken cancellation)
    {
        foreach (var node in await Paging.Take(0, (n, token) => client.BrowseExperimentsAsync(prefix, n, token, cancellation)))
        {
            nodes.Add((depth, node));
            if (node.Experiments > 0) await Add(client, node.Path, depth + 1, nodes, cancellation);
        }
    }

    private static async Task<int> Move(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var moved = await session.Client.MoveExperimentsAsync(new(invocation.Get(From), invocation.Get(To)), cancellation);
        if (invocation.Terminal.Json) Terminal.WriteJson(moved);
        else Terminal.WriteLine($"{Format.Count(moved.Moved)} {(moved.Moved == 1 ? "experiment has" : "experiments have")} another path now.");
        return ExitCode.Ok;
    }
}
