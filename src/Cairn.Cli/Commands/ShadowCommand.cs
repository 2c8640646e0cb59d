using System.CommandLine;
using System.Text.Json;
using Cairn.Cli.Invoking;
using Cairn.Cli.Projects;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class ShadowCommand
{
    private static readonly Argument<string> Deployment = new("deployment") { Description = "Whose logged traffic" };
    private static readonly Option<long> Version = new("--version") { Description = "The version to try", HelpName = "n", Required = true };
    private static readonly Option<string?> Model = new("--model") { Description = "Of another model than the deployment's", HelpName = "name" };
    private static readonly Option<DateTimeOffset?> From = TimeOption.Of("--from", "From this time on, UTC unless it says otherwise (default: the beginning of the log)");
    private static readonly Option<DateTimeOffset?> To = TimeOption.Of("--to", "Up to this time (default: now)");
    private static readonly Option<long?> Sample = new("--sample") { Description = "About so many predictions", HelpName = "n" };
    private static readonly Option<double?> CostFalseNegative = new("--cost-false-negative") { Description = "What a missed positive costs (default: as cairn.yaml of the model's project has it)", HelpName = "cost" };
    private static readonly Option<double?> CostFalsePositive = new("--cost-false-positive") { Description = "What a false alarm costs", HelpName = "cost" };
    private static readonly Option<bool> Fresh = new("--fresh") { Description = "Start anew even if the last run can be taken up where it stopped" };

    public static Command Build() => new Command("shadow", "Score logged traffic with any version, and compare with what was answered and what became of it")
    {
        Deployment, Version, Model, From, To, Sample, CostFalseNegative, CostFalsePositive, Fresh,
    }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        var range = new ShadowRange(
            invocation.Get(Version), invocation.Get(Model), TimeOption.Micros(invocation.Get(From)), TimeOption.Micros(invocation.Get(To)), invocation.Get(Sample),
            invocation.Get(CostFalseNegative), invocation.Get(CostFalsePositive), invocation.Get(Fresh));
        await using var session = await invocation.Connect(cancellation);
        var run = await session.Client.ShadowAsync(invocation.Get(Deployment), range, cancellation);
        if (run.ResumedBy is not null) invocation.Terminal.Note("The last run did not get to its end; it goes on where it stopped (--fresh starts anew).");
        run = await Following.ToItsEnd(session.Client, invocation.Terminal, run, "The same command", cancellation);
        if (run.State != "succeeded" || run.Result is not { } json)
            throw new CairnException(run.Problem ?? Problems.Of($"cli.run-{run.State}", $"The run {run.FlowRunId} was {run.State}. {run.Message} The same command takes it up again."));

        var result = json.Deserialize<ShadowResultWire>(CairnJson.Options)!;
        if (invocation.Terminal.Json) Terminal.WriteJson(result);
        else ShadowTables.Show(invocation.Terminal, result);
        return ExitCode.Ok;
    }
}
