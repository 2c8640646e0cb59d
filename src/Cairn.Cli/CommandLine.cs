using System.CommandLine;
using Cairn.Cli.Commands;
using Cairn.Cli.Invoking;

namespace Cairn.Cli;

/// <summary>All commands, and what becomes of the arguments.</summary>
internal static class CommandLine
{
    public static RootCommand Build()
    {
        var root = new RootCommand("Cairn: from a table of customers to a served, monitored model, in one process.")
        {
            DemoCommand.Build(),
            InitCommand.Build(),
            PlanCommand.Build(),
            RunCommand.Build(),
            PredictCommand.Build(),
            BatchCommand.Build(),
            ExplainCommand.Build(),
            ReplayCommand.Build(),
            ShadowCommand.Build(),
            UpCommand.Build(),
            StopCommand.Build(),
            LogsCommand.Build(),
            DoctorCommand.Build(),
            StorageCommand.Build(),
            ImportCommand.Build(),
            BackupCommand.Build(),
            RestoreCommand.Build(),
            ProjectsCommand.Build(),
            DatasetsCommand.Build(),
            ExperimentsCommand.Build(),
            RunsCommand.Build(),
            BinCommand.Build(),
            ModelsCommand.Build(),
            PromoteCommand.Build(),
            RollbackCommand.Build(),
            DeploymentsCommand.Build(),
            VariantsCommand.Build(),
            PredictionsCommand.Build(),
            StreamsCommand.Build(),
            OutcomesCommand.Build(),
            AuditCommand.Build(),
            VersionCommand.Build(),
        };
        foreach (var option in GlobalOptions.Recursive) root.Options.Add(option);
        return root;
    }

    public static async Task<int> Run(string[] args)
    {
        var parsed = Build().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && args.Length > 0)
        {
            // "Required command was not provided" says nothing beside the word that is no command.
            var errors = parsed.UnmatchedTokens.Count > 0 && parsed.Errors.Count > 1 ? parsed.Errors.Skip(1) : parsed.Errors;
            foreach (var error in errors) await Console.Error.WriteLineAsync(error.Message);
            await Console.Error.WriteLineAsync($"'{Path(parsed)} --help' shows what there is.");
            return ExitCode.Usage;
        }

        // Ctrl-C asks; a command that needs longer than this to end cleanly is cut off.
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
        return args.Length == 0
            ? await Build().Parse(["--help"]).InvokeAsync(configuration)
            : await parsed.InvokeAsync(configuration);
    }

    private static string Path(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "cairn" : $"cairn {parsed.CommandResult.Command.Name}";
}
