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
    private static readonly Option<string> Source = new("--source") { Description = "The rows: a CSV or Parquet file, or s3://bucket/key; with --query or --table a connection of the server, postgres://user@host/database, or a file of SQLite", HelpName = "place", Required = true };
    private static readonly Option<string?> Query = new("--query") { Description = "The rows that this SELECT gives, as the database stands when it is read", HelpName = "sql" };
    private static readonly Option<string?> Table = new("--table") { Description = "All rows of this table", HelpName = "name" };
    private static readonly Option<string?> OrderBy = new("--order-by") { Description = "A column that says the order of the rows of a query or table (default: as the database gives them)", HelpName = "column" };
    private static readonly Option<string> Output = new("--output") { Description = "Where to write: a name ending in .csv or .parquet is one file, any other a folder of parts, also as s3://bucket/key; with --output-table a connection or a file of SQLite", HelpName = "place", Required = true };
    private static readonly Option<string?> OutputTable = new("--output-table") { Description = "Write into this table, which is made if it is not there", HelpName = "name" };
    private static readonly Option<string?> AsFormat = new("--format") { Description = "parquet or csv (default: as the name of the output says, else parquet)", HelpName = "format" };
    private static readonly Option<string[]?> Keep = new("--keep") { Description = "Columns of the source that stand before the answer, with commas between (default: the one that names a row)", HelpName = "columns", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<int> Explain = new("--explain") { Description = "How many reasons stand behind each answer", HelpName = "n" };
    private static readonly Option<bool> SkipInvalid = new("--skip-invalid") { Description = "Write rows that break the contract to a file of their own, instead of refusing all" };
    private static readonly Option<long?> Version = new("--model-version") { Description = "Another version of the model than the one that serves", HelpName = "n" };
    private static readonly Option<bool> Log = new("--log") { Description = "Log the predictions too, each once, and write their ids into the output" };
    private static readonly Option<bool> Overwrite = new("--overwrite") { Description = "Replace an output that is there" };
    private static readonly Option<bool> Fresh = new("--fresh") { Description = "Start anew even if the last run can be taken up where it stopped" };

    public static Command Build() => new Command("batch", "Score rows of any number, part by part; stopped, it goes on with the same command")
    {
        Deployment, Source, Query, Table, OrderBy, Output, OutputTable, AsFormat, Keep, Explain, SkipInvalid, Version, Log, Overwrite, Fresh,
    }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        var deployment = invocation.Get(Deployment);
        var keep = invocation.Get(Keep) is { Length: > 0 } columns ? columns.SelectMany(c => c.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList() : null;
        var request = new BatchRequest(
            Directory.GetCurrentDirectory(), From(invocation), To(invocation), keep, invocation.Get(Explain), invocation.Get(SkipInvalid),
            invocation.Get(Version), invocation.Get(Overwrite), invocation.Get(Fresh), invocation.Get(Log));

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

    private static BatchSource From(Invocation invocation)
    {
        var (source, query, table, order) = (invocation.Get(Source)!, invocation.Get(Query), invocation.Get(Table), invocation.Get(OrderBy));
        return (query is not null || table is not null) && IsConnection(source) ? new(null, source, query, table, order) : new(source, null, query, table, order);
    }

    private static BatchTarget To(Invocation invocation)
    {
        var (output, format, table) = (invocation.Get(Output)!, invocation.Get(AsFormat), invocation.Get(OutputTable));
        return table is not null && IsConnection(output) ? new(null, format, output, table) : new(output, format, null, table);
    }

    /// <summary>A file has a dot or a slash in its name, or is there.</summary>
    private static bool IsConnection(string place) => place.Contains("://", StringComparison.Ordinal) || (place.IndexOfAny(['.', '/']) < 0 && !File.Exists(place));

    private static void Show(BatchResult result)
    {
        var pace = result.Seconds > 0 ? $" in {Format.Seconds(result.Seconds)}" : "";
        Terminal.WriteLine($"{Format.Count(result.Scored)} rows scored{pace} by {result.Model} version {result.Version} into {result.Output}{(result.Bytes > 0 ? $" ({Format.Bytes(result.Bytes)})" : "")}.");
        if (result.Logged is { } logged) Terminal.WriteLine($"{Format.Count(logged)} predictions are in the log.");
        if (result.Rejects is { } rejects) Terminal.WriteLine($"{Format.Count(result.Rejected)} rows break the contract; they are in {rejects}.");
    }
}
