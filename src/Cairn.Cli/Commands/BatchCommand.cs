using System.CommandLine;
using System.Text.Json;
using Cairn.Cli.Invoking;
using Cairn.Cli.Projects;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class BatchCommand
{
    private static readonly Argument<string> Deployment = new("deployment") { Description = "The name of a deployment" };
    private static readonly Option<string> Source = new("--source") { Description = "The rows: a CSV or Parquet file", HelpName = "file", Required = true };
    private static readonly Option<string> Output = new("--output") { Description = "Where to write: a name ending in .csv or .parquet is one file, any other a folder of parts", HelpName = "path", Required = true };
    private static readonly Option<string?> AsFormat = new("--format") { Description = "parquet or csv (default: as the name of the output says, else parquet)", HelpName = "format" };
    private static readonly Option<string[]?> Keep = new("--keep") { Description = "Columns of the source that stand before the answer, with commas between (default: the one that names a row)", HelpName = "columns", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int> Explain = new("--explain") { Description = "How many reasons stand behind each answer", HelpName = "n" };
    private static readonly Option<bool> SkipInvalid = new("--skip-invalid") { Description = "Write rows that break the contract to a file of their own, instead of refusing all" };
    private static readonly Option<long?> Version = new("--model-version") { Description = "Another version of the model than the one that serves", HelpName = "n" };
    private static readonly Option<bool> Overwrite = new("--overwrite") { Description = "Replace an output that is there" };
    private static readonly Option<bool> Fresh = new("--fresh") { Description = "Start anew even if the last run can be taken up where it stopped" };

    public static Command Build() => new Command("batch", "Score a file of any size, part by part; stopped, it goes on with the same command")
    {
        Deployment, Source, Output, AsFormat, Keep, Explain, SkipInvalid, Version, Overwrite, Fresh,
    }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        var (deployment, output) = (invocation.Get(Deployment), invocation.Get(Output)!);
        var keep = invocation.Get(Keep) is { Length: > 0 } columns ? columns.SelectMany(c => c.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList() : null;
        var request = new BatchRequest(
            Directory.GetCurrentDirectory(), new(invocation.Get(Source)!), new(output, invocation.Get(AsFormat)), keep, invocation.Get(Explain), invocation.Get(SkipInvalid),
            invocation.Get(Version), invocation.Get(Overwrite), invocation.Get(Fresh));

        await using var session = await invocation.Connect(cancellation);
        var run = await session.Client.StartBatchAsync(deployment, request, cancellation);
        if (run.ResumedBy is not null) invocation.Terminal.Note("The last run did not get to its end; it goes on where it stopped (--fresh starts anew).");
        run = await Following.ToItsEnd(session.Client, invocation.Terminal, run, "The same command", cancellation);
        if (run.State != "succeeded" || run.Result is not { } json)
            throw new CairnException(run.Problem ?? Problems.Of($"cli.run-{run.State}", $"The run {run.FlowRunId} was {run.State}. {run.Message} The same command takes it up again."));

        var result = json.Deserialize<BatchResult>(CairnJson.Options)!;
        if (invocation.Terminal.Json) Terminal.WriteJson(result);
        else Show(result);
        return ExitCode.Ok;
    }

    private static void Show(BatchResult result)
    {
        var pace = result.Seconds > 0 ? $" in {Format.Seconds(result.Seconds)}" : "";
        Terminal.WriteLine($"{Format.Count(result.Scored)} rows scored{pace} by {result.Model} version {result.Version} into {result.Output} ({Format.Bytes(result.Bytes)}).");
        if (result.Rejects is { } rejects) Terminal.WriteLine($"{Format.Count(result.Rejected)} rows break the contract; they are in {rejects}.");
    }
}
