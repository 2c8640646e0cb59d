using System.CommandLine;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class VariantsCommand
{
    private static readonly Argument<string?> Shown = new("deployment") { Description = "The deployment", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Argument<string> Deployment = new("deployment") { Description = "The deployment" };
    private static readonly Argument<string> Name = new("variant") { Description = "The variant" };
    private static readonly Option<long?> Version = new("--version") { Description = "The version of the deployment's model", HelpName = "n" };
    private static readonly Option<string?> Alias = new("--alias") { Description = "Follow this alias instead of staying at a version", HelpName = "alias" };
    private static readonly Option<double?> Weight = new("--weight") { Description = "Share of the traffic it answers, 0 to 1; the champion answers the rest", HelpName = "share" };
    private static readonly Option<bool> Shadow = new("--shadow") { Description = "Score what others answer, and answer nobody" };
    private static readonly Option<bool> Override = new("--override") { Description = "Although a gate refused the version; audited" };
    private static readonly Option<string?> Reason = new("--reason") { Description = "Kept in the audit", HelpName = "text" };

    private static readonly Option<DateTimeOffset?> From = TimeOption.Of("--from", "From this time on, UTC unless it says otherwise (default: a day before the end)");
    private static readonly Option<DateTimeOffset?> To = TimeOption.Of("--to", "Up to this time (default: now)");

    public static Command Build() => new Command("variants", "Show and set who answers a deployment's requests beside the champion")
    {
        new Command("set", "Let another version answer a share of the traffic, or score beside it; what is not said stays") { Deployment, Name, Version, Alias, Weight, Shadow, Override, Reason }.Does(Set),
        new Command("compare", "Compare what the variants answered and scored in a stretch of the log") { Deployment, From, To }.Does(Compare),
        new Command("remove", "Remove a variant; the champion answers its share again") { Deployment, Name }.Does(Remove),
        Shown,
    }.Does(Show);

    private static async Task<int> Show(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var name = invocation.Get(Shown) ?? throw new Client.CairnException(Problems.Of("cli.no-deployment", "Which deployment? 'cairn deployments' lists them: cairn variants DEPLOYMENT."));
        var shown = await session.Client.ListVariantsAsync(name, cancellation);
        if (invocation.Terminal.Json) Terminal.WriteJson(shown);
        else invocation.Terminal.Write(VariantTables.Of(shown));
        return ExitCode.Ok;
    }

    private static async Task<int> Set(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var request = new SetVariant(
            invocation.Get(Version), invocation.Get(Alias), invocation.Get(Weight), invocation.Get(Shadow) ? true : null, invocation.Get(Override), invocation.Get(Reason));
        var set = await session.Client.SetVariantAsync(invocation.Get(Deployment), invocation.Get(Name), request, cancellation);
        if (invocation.Terminal.Json) Terminal.WriteJson(set);
        else Terminal.WriteLine($"{set.Name}: version {set.Version} {(set.Shadow ? "scores as a shadow" : $"answers {Format.Percent(set.Weight)} of the traffic")}.{(set.Problem is { } problem ? $" {problem}" : "")}");
        return ExitCode.Ok;
    }

    private static async Task<int> Compare(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var compared = await session.Client.CompareLoggedVariantsAsync(
            invocation.Get(Deployment), TimeOption.Micros(invocation.Get(From)), TimeOption.Micros(invocation.Get(To)), cancellation);
        if (invocation.Terminal.Json) Terminal.WriteJson(compared);
        else invocation.Terminal.Write(VariantTables.Of(compared));
        return ExitCode.Ok;
    }

    private static async Task<int> Remove(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var (deployment, name) = (invocation.Get(Deployment), invocation.Get(Name));
        await session.Client.RemoveVariantAsync(deployment, name, cancellation);
        if (invocation.Terminal.Json) Terminal.WriteJson(new { Deployment = deployment, Removed = name });
        else Terminal.WriteLine($"{name} is removed; the champion answers its share again.");
        return ExitCode.Ok;
    }
}
