using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Projects;
using Cairn.Cli.Terminals;

namespace Cairn.Cli.Commands;

internal static class PlanCommand
{
    private static readonly Argument<string> Folder = new("folder") { Description = "The project folder" };

    public static Command Build() => new Command("plan", "Show what a run would do, and why; changes nothing") { Folder }.Does(Run);

    private static async Task<int> Run(Invocation invocation, CancellationToken cancellation)
    {
        var project = ProjectFolder.Read(invocation.Get(Folder));
        await using var session = await invocation.Connect(cancellation);
        var plan = await session.Client.PlanProjectAsync(project.Wire, cancellation);

        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(plan);
            return ExitCode.Ok;
        }

        invocation.Terminal.Note($"Project {plan.Project}, revision {Format.Short(plan.Revision)}");
        var table = Tables.New("step", "", "why");
        foreach (var step in plan.Steps) table.With(step.Step, step.Action, step.Reason);
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }
}
