using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;

namespace Cairn.Cli.Commands;

internal static class DeploymentsCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The deployment" };
    private static readonly Option<int> Limit = Paging.Limit();

    public static Command Build() => new Command("deployments", "List and show deployments: what answers predictions")
    {
        new Command("list", "List deployments") { Limit }.Does(List),
        new Command("show", "Show a deployment and what a request has to carry") { Name }.Does(Show),
        Limit,
    }.Does(List);

    private static async Task<int> List(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var deployments = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListDeploymentsAsync(n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(deployments);
            return ExitCode.Ok;
        }

        var table = Tables.New("deployment", "model", "#version", "default", "updated", "problem");
        foreach (var d in deployments) table.With(d.Name, d.Model, d.Version is { } v ? $"{v}" : "-", d.IsDefault ? "yes" : "", Format.Time(d.UpdatedAt), d.Problem ?? "");
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Show(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var deployment = await session.Client.GetDeploymentAsync(invocation.Get(Name), cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(deployment);
            return ExitCode.Ok;
        }

        invocation.Terminal.Write(Tables.Facts(
            ("deployment", deployment.Name), ("serves", deployment.Version is { } v ? $"{deployment.Model} version {v}" : "nothing"), ("package", deployment.PackageDigest),
            ("problem", deployment.Problem), ("updated", Format.Time(deployment.UpdatedAt))));
        var table = Tables.New("input", "type", "", "values");
        foreach (var input in deployment.Inputs ?? [])
            table.With(input.Name, input.Type, input.Required ? "required" : "", input.Categories is { } c ? string.Join(" | ", c.Take(8)) + (c.Count > 8 ? " | ..." : "") : "");
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }
}
