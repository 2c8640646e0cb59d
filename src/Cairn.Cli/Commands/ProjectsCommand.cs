using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Projects;
using Cairn.Cli.Terminals;
using Cairn.Client;

namespace Cairn.Cli.Commands;

internal static class ProjectsCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The project" };
    private static readonly Option<string?> NamePart = Paging.NamePart();
    private static readonly Option<int> Limit = Paging.Limit();

    public static Command Build() => new Command("projects", "List and show projects")
    {
        new Command("list", "List projects") { NamePart, Limit }.Does(List),
        new Command("show", "Show a project and what its last run came to") { Name }.Does(Show),
        NamePart,
        Limit,
    }.Does(List);

    private static async Task<int> List(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var projects = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListProjectsAsync(invocation.Get(NamePart), n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(projects);
            return ExitCode.Ok;
        }

        var table = Tables.New("project", "model", "#champion", "deployment", "last run", "updated");
        foreach (var p in projects)
            table.With(p.Name, p.Model ?? "-", p.Champion is { } v ? $"{v}" : "-", p.Deployment ?? "-", p.LastResult?.Verdict ?? p.LastRun?.State ?? "-", Format.Time(p.UpdatedAt));
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Show(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var project = await session.Client.FindProjectAsync(invocation.Get(Name), cancellation)
            ?? throw new CairnException(Problems.Of("cli.no-such-project", $"No project is named {invocation.Get(Name)}; 'cairn projects' lists them."));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(project);
            return ExitCode.Ok;
        }

        invocation.Terminal.Write(Tables.Facts(
            ("project", project.Name), ("revision", Format.Short(project.Revision)), ("dataset", project.Dataset), ("model", project.Model),
            ("champion", project.Champion?.ToString()), ("deployment", project.Deployment), ("last run", project.LastRun?.State), ("updated", Format.Time(project.UpdatedAt))));
        if (project.LastResult is { } result) ResultTables.Show(invocation.Terminal, result);
        return ExitCode.Ok;
    }
}
