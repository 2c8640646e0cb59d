using System.CommandLine;
using System.Text.Json;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class PredictionsCommand
{
    private static readonly Argument<string> Id = new("prediction-id") { Description = "The prediction" };
    private static readonly Argument<string> Sql = new("sql") { Description = "A SELECT of DuckDB over the table predictions" };
    private static readonly Option<string?> Deployment = new("--deployment") { Description = "Only predictions of this deployment", HelpName = "name" };
    private static readonly Option<string> Exported = new("--deployment") { Description = "The deployment", HelpName = "name", Required = true };
    private static readonly Option<string?> Entity = new("--entity") { Description = "Only predictions about this entity", HelpName = "entity" };
    private static readonly Option<DateTimeOffset?> From = TimeOption.Of("--from", "Not before this time");
    private static readonly Option<DateTimeOffset?> To = TimeOption.Of("--to", "Before this time");
    private static readonly Option<string> Output = new("--output", "-o") { Description = "The file to write; its ending says as what: .parquet, .csv or .ndjson", HelpName = "file", Required = true };
    private static readonly Option<bool> Force = new("--force") { Description = "Replace the file when it is there" };
    private static readonly Option<int> Limit = Paging.Limit();
    private static readonly Option<int?> Rows = new("--limit") { Description = "At most so many rows, 10,000 at most (default: 1,000)", HelpName = "n" };

    public static Command Build() => new Command("predictions", "Look into the log of what was answered")
    {
        new Command("list", "List predictions, newest first") { Deployment, Entity, From, To, Limit }.Does(List),
        new Command("show", "Show a prediction with the features the model saw") { Id }.Does(Show),
        new Command("export", "Write the predictions of a deployment with their features to a file") { Exported, From, To, Output, Force }.Does(Export),
        new Command("query", "Ask the log with SQL; without --from and --to of the last day") { Sql, Deployment, From, To, Rows }.Does(Query),
        new Command("segments", "List the Parquet files of the log, for other programs to read") { Deployment, From, To, Limit }.Does(Segments),
        Deployment, Entity, From, To, Limit,
    }.Does(List);

    private static async Task<int> List(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var which = new PredictionListing(invocation.Get(Deployment), invocation.Get(Entity), TimeOption.Micros(invocation.Get(From)), TimeOption.Micros(invocation.Get(To)));
        var predictions = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListPredictionsAsync(which, n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(predictions);
            return ExitCode.Ok;
        }

        var table = Tables.New("prediction", "time", "deployment", "variant", "#version", "entity", "answer", "#probability", "#took");
        foreach (var p in predictions)
            table.With(p.PredictionId, Format.Time(p.Time), p.Deployment, p.Shadow ? $"{p.Variant} (shadow)" : p.Variant, $"{p.Version}", p.Entity ?? "-", p.Prediction, Format.Metric(p.Probability), $"{p.LatencyUs / 1000.0:0.00} ms");
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Show(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var p = await session.Client.GetPredictionAsync(invocation.Get(Id), cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(p);
            return ExitCode.Ok;
        }

        invocation.Terminal.Write(Tables.Facts(
            ("prediction", p.PredictionId), ("time", Format.Time(p.Time)), ("answer", $"{p.Prediction} (probability {p.Probability:G6}, threshold {p.Threshold:G6})"),
            ("deployment", $"{p.Deployment}, {p.Variant}{(p.Shadow ? ", shadow: told to nobody" : "")}"), ("model", $"{p.Model} version {p.Version}, package {Format.Short(p.PackageDigest)}, evaluator {p.Evaluator}"),
            ("entity", p.Entity), ("caller", p.Caller), ("took", $"{p.LatencyUs / 1000.0:0.00} ms")));
        var table = Tables.New("feature", "#value");
        foreach (var feature in p.Features ?? []) table.With(feature.Feature, feature.Value is { } value ? $"{value:R}" : "missing");
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Export(Invocation invocation, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(invocation.Get(Output)!);
        var format = Path.GetExtension(path) switch
        {
            ".parquet" => "parquet",
            ".csv" => "csv",
            ".ndjson" or ".jsonl" => "ndjson",
            var other => throw new CairnException(Problems.Of("cli.output-format", $"{Path.GetFileName(path)} ends in '{other}'; name a file that ends in .parquet, .csv or .ndjson.")),
        };
        if (File.Exists(path) && !invocation.Get(Force)) throw new CairnException(Problems.Of("cli.file-exists", $"{path} is there already; --force replaces it."));

        await using var session = await invocation.Connect(cancellation);
        var next = path + ".next";
        try
        {
            await using (var stream = File.Create(next))
                await session.Client.ExportPredictionsAsync(invocation.Get(Exported)!, format, TimeOption.Micros(invocation.Get(From)), TimeOption.Micros(invocation.Get(To)), stream, cancellation);
            File.Move(next, path, overwrite: true);
        }
        finally
        {
            File.Delete(next);
        }

        var size = new FileInfo(path).Length;
        if (invocation.Terminal.Json) Terminal.WriteJson(new { File = path, Bytes = size });
        else Terminal.WriteLine($"Wrote {path} ({Format.Bytes(size)}).");
        return ExitCode.Ok;
    }

    private static async Task<int> Query(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var answer = await session.Client.QueryPredictionsAsync(
            new(invocation.Get(Sql), invocation.Get(Deployment), TimeOption.Micros(invocation.Get(From)), TimeOption.Micros(invocation.Get(To)), invocation.Get(Rows)), cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(answer);
            return ExitCode.Ok;
        }

        var table = Tables.New([.. answer.Columns.Select((column, i) => answer.Rows.Any(row => row[i] is { ValueKind: JsonValueKind.Number }) ? $"#{column.Name}" : column.Name)]);
        foreach (var row in answer.Rows) table.With(row.Select(cell => cell is { ValueKind: not JsonValueKind.Null } value ? value.ToString() : "-"));
        invocation.Terminal.Write(table);
        if (answer.Truncated) invocation.Terminal.Note($"There are more than these {Format.Count(answer.Rows.Count)} rows: LIMIT in the SELECT, or --limit.");
        return ExitCode.Ok;
    }

    private static async Task<int> Segments(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var segments = await Paging.Take(
            invocation.Get(Limit),
            (n, token) => session.Client.ListPredictionSegmentsAsync(invocation.Get(Deployment), TimeOption.Micros(invocation.Get(From)), TimeOption.Micros(invocation.Get(To)), n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(segments);
            return ExitCode.Ok;
        }

        var table = Tables.New("deployment", "from", "to", "#rows", "#size", "file");
        foreach (var s in segments) table.With(s.Deployment, Format.Time(s.From), Format.Time(s.To), Format.Count(s.Rows), Format.Bytes(s.Bytes), s.Path ?? "gone");
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }
}
