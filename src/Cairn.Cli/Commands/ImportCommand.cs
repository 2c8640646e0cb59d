using System.CommandLine;
using System.Text.Json;
using Cairn.Cli.Invoking;
using Cairn.Cli.Projects;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class ImportCommand
{
    private static readonly Argument<string> File = new("file") { Description = "MLflow's SQLite database, usually mlflow.db" };
    private static readonly Option<string?> Artifacts = new("--artifacts") { Description = "The folder behind mlflow-artifacts:, if MLflow's server kept the files (default: mlartifacts beside the database)", HelpName = "folder" };
    private static readonly Option<bool> CopyS3 = new("--copy-s3") { Description = "Copy files that are in S3 too (default: they stay there, and MLflow's clients go on using them there)" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only count, and say what could not be taken" };

    public static Command Build() => new Command("import", "Take in what another system holds")
    {
        new Command("mlflow", "Take an MLflow store in, with its files and its ids; stopped, it goes on with the same command") { File, Artifacts, CopyS3, DryRun }.Does(Run),
    };

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        var (folder, dryRun) = (Directory.GetCurrentDirectory(), invocation.Get(DryRun));
        await using var session = await invocation.Connect(cancellation);
        var run = await session.Client.StartMlflowImportAsync(new(folder, invocation.Get(File)!, invocation.Get(Artifacts), dryRun, invocation.Get(CopyS3)), cancellation);
        if (run.ResumedBy is not null) invocation.Terminal.Note("The last import did not get to its end; it goes on where it stopped.");
        run = await Following.ToItsEnd(session.Client, invocation.Terminal, run, "The same command", cancellation);
        if (run.State != "succeeded" || run.Result is not { } json)
            throw new CairnException(run.Problem ?? Problems.Of($"cli.run-{run.State}", $"The import {run.FlowRunId} was {run.State}. {run.Message} The same command takes it up again."));

        var result = json.Deserialize<MlflowImportResult>(CairnJson.Options)!;
        if (invocation.Terminal.Json) Terminal.WriteJson(result);
        else Show(invocation, result);
        return ExitCode.Ok;
    }

    private static void Show(Invocation invocation, MlflowImportResult result)
    {
        var table = result.DryRun ? Tables.New("what", "#found") : Tables.New("what", "#found", "#taken", "#here already", "#not taken");
        foreach (var count in result.Counts)
        {
            if (result.DryRun) table.With(count.Kind, Format.Count(count.Found));
            else table.With(count.Kind, Format.Count(count.Found), Format.Count(count.Taken), Format.Count(count.Here), Format.Count(count.Refused));
        }

        invocation.Terminal.Write(table);
        foreach (var remark in result.Remarks) Terminal.WriteLine($"{(remark.Refused ? "Not taken" : "Note")}: {remark.Kind} {remark.Subject}: {remark.Reason}");
        Terminal.WriteLine(result.DryRun ? "Nothing was taken: this was a dry run." : $"Taken in {Format.Seconds(result.Seconds)}.");
    }
}
