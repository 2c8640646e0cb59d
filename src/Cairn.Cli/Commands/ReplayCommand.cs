using System.CommandLine;
using System.Text.Json;
using Cairn.Cli.Invoking;
using Cairn.Cli.Projects;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class ReplayCommand
{
    private static readonly Argument<string?> Id = new("prediction") { Description = "The id of a prediction", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Deployment = new("--deployment") { Description = "All that this deployment answered", HelpName = "name" };
    private static readonly Option<DateTimeOffset?> From = TimeOption.Of("--from", "From this time on, UTC unless it says otherwise (default: the beginning of the log)");
    private static readonly Option<DateTimeOffset?> To = TimeOption.Of("--to", "Up to this time (default: now)");
    private static readonly Option<long?> Sample = new("--sample") { Description = "About so many of them", HelpName = "n" };
    private static readonly Option<bool> Fresh = new("--fresh") { Description = "Start anew even if the last replay can be taken up where it stopped" };

    public static Command Build()
    {
        var command = new Command("replay", "Recompute logged predictions from stored bytes and compare bit for bit. Exit code 1: something differs") { Id, Deployment, From, To, Sample, Fresh };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Id) is null == result.GetValue(Deployment) is null) result.AddError("Give either the id of a prediction, or --deployment with the name of a deployment.");
        });
        return command.Does(Run);
    }

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        return invocation.Get(Id) is { } id
            ? await One(invocation, session.Client, id, cancellation)
            : await Range(invocation, session.Client, invocation.Get(Deployment)!, cancellation);
    }

    private static async Task<int> One(Invocation invocation, CairnClient client, string id, CancellationToken cancellation)
    {
        var replay = await client.ReplayAsync(id, cancellation);
        if (invocation.Terminal.Json) Terminal.WriteJson(replay);
        else ReplayTables.Show(invocation.Terminal, replay);
        return replay.Result is ReplayWire.IsSame or ReplayWire.Erased ? ExitCode.Ok : ExitCode.Failure;
    }

    private static async Task<int> Range(Invocation invocation, CairnClient client, string deployment, CancellationToken cancellation)
    {
        var range = new ReplayRange(TimeOption.Micros(invocation.Get(From)), TimeOption.Micros(invocation.Get(To)), invocation.Get(Sample), invocation.Get(Fresh));
        var run = await client.ReplayRangeAsync(deployment, range, cancellation);
        if (run.ResumedBy is not null) invocation.Terminal.Note("The last replay did not get to its end; it goes on where it stopped (--fresh starts anew).");
        run = await Following.ToItsEnd(client, invocation.Terminal, run, "The same command", cancellation);
        if (run.State != "succeeded" || run.Result is not { } json)
            throw new CairnException(run.Problem ?? Problems.Of($"cli.run-{run.State}", $"The run {run.FlowRunId} was {run.State}. {run.Message} The same command takes it up again."));

        var result = json.Deserialize<ReplayResultWire>(CairnJson.Options)!;
        if (invocation.Terminal.Json) Terminal.WriteJson(result);
        else ReplayTables.Show(invocation.Terminal, result);
        return result.Clean ? ExitCode.Ok : ExitCode.Failure;
    }
}
