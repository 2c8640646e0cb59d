using System.CommandLine;
using System.Text;
using System.Text.Json;
using Cairn.Cli.Csv;
using Cairn.Cli.Invoking;
using Cairn.Cli.Lines;
using Cairn.Cli.Projects;
using Cairn.Cli.Terminals;
using Cairn.Client;

namespace Cairn.Cli.Commands;

internal static class PredictCommand
{
    private static readonly Argument<string?> Target = new("project-or-deployment")
    {
        Description = "A project folder or the name of a deployment (default: the only deployment, or the default one)", Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Row = new("--json") { Description = "One row as a JSON object, or an array of them; '-' reads it from standard input", HelpName = "row" };
    private static readonly Option<string?> File = new("--file") { Description = "Score a CSV file", HelpName = "rows.csv" };
    private static readonly Option<string?> Lines = new("--lines") { Description = "Answer a file of JSON lines, a line for a row, as they come; '-' reads standard input", HelpName = "rows.jsonl" };
    private static readonly Option<string?> Out = new("--out") { Description = "Where to write the scored rows (default: standard output)", HelpName = "scored.csv" };
    private static readonly Option<string?> Id = new("--id") { Description = "The column that names a row in the scored file (default: the first that is no input of the model)", HelpName = "column" };
    private static readonly Option<bool> Explain = new("--explain") { Description = "Also how far each feature moved the answer" };

    private static readonly JsonSerializerOptions Indented = new(CairnJson.Options) { WriteIndented = true };

    public static Command Build()
    {
        var command = new Command("predict", "Ask a deployment: one row of JSON, lines of JSON, or a whole CSV file") { Target, Row, File, Lines, Out, Id, Explain };
        command.Validators.Add(result =>
        {
            if (new[] { result.GetValue(Row), result.GetValue(File), result.GetValue(Lines) }.Count(given => given is not null) != 1) result.AddError("Give one of --json with a row, --file with a CSV file and --lines with a file of JSON lines.");
        });
        return command.Does(Run, json: false);
    }

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var deployment = await DeploymentOf(session.Client, invocation.Get(Target), cancellation);
        if (invocation.Get(Lines) is { } lines) return await AnswerLines(invocation, session.Client, deployment, lines, cancellation);
        return invocation.Get(File) is { } file
            ? await ScoreFile(invocation, session.Client, deployment, file, cancellation)
            : await Answer(invocation, session.Client, deployment, invocation.Get(Row)!, cancellation);
    }

    private static async Task<string?> DeploymentOf(CairnClient client, string? target, CancellationToken cancellation)
    {
        if (target is null || !ProjectFolder.Is(target)) return target;
        var project = ProjectFolder.Read(target);
        return (await client.FindProjectAsync(project.Name, cancellation))?.Deployment
            ?? throw new CairnException(Problems.Of("cli.not-served", $"The project {project.Name} serves nothing yet. 'cairn run {target}' trains, promotes and serves it."));
    }

    private static async Task<int> Answer(Invocation invocation, CairnClient client, string? deployment, string row, CancellationToken cancellation)
    {
        var json = row == "-" ? await Console.In.ReadToEndAsync(cancellation) : row;
        JsonElement parsed;
        try
        {
            using var document = JsonDocument.Parse(json);
            parsed = document.RootElement.Clone();
        }
        catch (JsonException broken)
        {
            throw new CairnException(
                Problems.Of("cli.not-json", $"--json is not JSON: {broken.Message} In a shell, put single quotes around it: --json '{{\"tenure\": 12}}'."), broken);
        }

        var explain = invocation.Get(Explain);
        object answer = parsed.ValueKind == JsonValueKind.Array
            ? await client.PredictManyAsync(deployment, Encoding.UTF8.GetBytes($$"""{"rows":{{parsed.GetRawText()}}}"""), explain, cancellation)
            : await client.PredictAsync(deployment, Encoding.UTF8.GetBytes(parsed.GetRawText()), explain, cancellation);
        Terminal.WriteLine(JsonSerializer.Serialize(answer, answer.GetType(), Console.IsOutputRedirected ? CairnJson.Options : Indented));
        return ExitCode.Ok;
    }

    private static async Task<int> AnswerLines(Invocation invocation, CairnClient client, string? deployment, string path, CancellationToken cancellation)
    {
        var scoring = new LineScoring(client, deployment, invocation.Get(Explain));
        await using var input = path == "-" ? Console.OpenStandardInput() : Open(path);
        await using var output = Console.OpenStandardOutput();
        await scoring.Run(input, output, cancellation);
        return scoring.Refused == 0 ? ExitCode.Ok : ExitCode.Failure;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return System.IO.File.OpenRead(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CairnException(Problems.Of("cli.no-file", $"There is no file {Path.GetFullPath(path)}."), missing);
        }
    }

    private static async Task<int> ScoreFile(Invocation invocation, CairnClient client, string? deployment, string file, CancellationToken cancellation)
    {
        var scoring = await FileScoring.Prepare(client, deployment, file, invocation.Get(Id), cancellation);
        if (invocation.Get(Out) is not { } path)
        {
            await scoring.Write(Console.Out, cancellation);
            return ExitCode.Ok;
        }

        var target = Path.GetFullPath(path);
        var next = target + ".next";
        long rows;
        try
        {
            var writer = new StreamWriter(next, append: false, new UTF8Encoding(false));
            await using (writer) rows = await scoring.Write(writer, cancellation);
            System.IO.File.Move(next, target, overwrite: true);
        }
        finally
        {
            System.IO.File.Delete(next);
        }

        Terminal.WriteLine($"Scored {Format.Count(rows)} rows with {scoring.Served}; wrote {target}.");
        return ExitCode.Ok;
    }
}
