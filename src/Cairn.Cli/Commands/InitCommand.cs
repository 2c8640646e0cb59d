using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Projects;
using Cairn.Cli.Terminals;

namespace Cairn.Cli.Commands;

internal static class InitCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "The project folder to be; its name names the project" };
    private static readonly Option<string> From = new("--from") { Description = "The data: a CSV or Parquet file", Required = true, HelpName = "file" };
    private static readonly Option<string> Target = new("--target") { Description = "The column to predict", Required = true, HelpName = "column" };
    private static readonly Option<string?> Positive = new("--positive") { Description = "The value of the target that counts as yes", HelpName = "value" };
    private static readonly Option<string?> Entity = new("--entity") { Description = "The column that names a row: customer, opportunity", HelpName = "column" };
    private static readonly Option<bool> Force = new("--force") { Description = "Write the files anew when they are there" };

    public static Command Build() =>
        new Command("init", "Make a project from a data file: writes cairn.yaml and schema.yaml, and explains its choices") { Folder, From, Target, Positive, Entity, Force }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var folder = invocation.Get(Folder);
        var name = ProjectFolder.NameOf(Path.GetFileName(Path.GetFullPath(folder)));
        var made = await NewProject.Create(
            session.Client, folder, name, invocation.Get(From)!, invocation.Get(Target)!, invocation.Get(Positive), invocation.Get(Entity), invocation.Get(Force), cancellation);

        var terminal = invocation.Terminal;
        if (terminal.Json)
        {
            Terminal.WriteJson(new { Project = name, Folder = Path.GetFullPath(folder), Files = made.Files.Keys, made.Choices });
            return ExitCode.Ok;
        }

        foreach (var file in made.Files.Keys) Terminal.WriteLine($"Wrote {Path.Combine(folder, file)}");
        foreach (var choice in made.Choices) terminal.Note($"  - {choice}");
        terminal.Note($"Look them over; then 'cairn plan {folder}' shows what a run would do, and 'cairn run {folder}' does it.");
        return ExitCode.Ok;
    }
}
