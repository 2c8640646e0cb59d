using System.CommandLine;
using System.Text.Json.Nodes;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Cli.Commands;

internal static class DeploymentsCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "The deployment" };
    private static readonly Option<string?> NamePart = Paging.NamePart();
    private static readonly Option<int> Limit = Paging.Limit();

    private static readonly Option<int?> Minutes = new("--minutes") { Description = "How far back, 1 to 360 minutes (default: 60); up to 10 by tens of seconds, more by minutes", HelpName = "n" };

    private static readonly Option<double?> Sample = new("--log-sample") { Description = "Share of predictions that are logged, 0 to 1", HelpName = "share" };
    private static readonly Option<int?> KeepDays = new("--keep-days") { Description = "Days that predictions are kept; 0: for ever", HelpName = "days" };
    private static readonly Option<string?> WhenUnavailable = new("--when-unavailable") { Description = "What to do when a prediction cannot be logged: refuse it, or answer all the same", HelpName = "refuse|answer" };
    private static readonly Option<string?> Entity = new("--entity") { Description = "The member of a request that says whom it is about", HelpName = "name" };

    private static readonly Option<int?> WithinDays = new("--outcome-within-days") { Description = "Days within which the outcome of a prediction becomes true; 0: any time", HelpName = "days" };
    private static readonly Option<int?> NegativeAfterDays = new("--negative-after-days") { Description = "Days after which a prediction without an outcome counts as negative; 0: never", HelpName = "days" };

    public static Command Build() => new Command("deployments", "List and show deployments: what answers predictions")
    {
        new Command("list", "List deployments") { NamePart, Limit }.Does(List),
        new Command("show", "Show a deployment and what a request has to carry") { Name }.Does(Show),
        new Command("set", "Change settings of a deployment: what is not named stays") { Name, Sample, KeepDays, WhenUnavailable, Entity, WithinDays, NegativeAfterDays }.Does(Set),
        new Command("traffic", "Show what a deployment did over the last minutes: requests, latency and answers of each variant") { Name, Minutes }.Does(Traffic),
        CanaryCommand.Build(),
        NamePart,
        Limit,
    }.Does(List);

    private static async Task<int> List(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var deployments = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListDeploymentsAsync(invocation.Get(NamePart), n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(deployments);
            return ExitCode.Ok;
        }

        var table = Tables.New("deployment", "model", "#version", "default", "updated", "model is", "#memory", "last used", "problem");
        foreach (var d in deployments)
        {
            table.With(
                d.Name, d.Model, d.Version is { } v ? $"{v}" : "-", d.IsDefault ? "yes" : "", Format.Time(d.UpdatedAt), d.Memory?.State.Replace('-', ' ') ?? "",
                d.Memory is { Bytes: > 0 and var bytes } ? ByteSize.Text(bytes) : "", d.Memory?.LastUsed is { } used ? Format.Time(used) : "", d.Problem ?? "");
        }

        invocation.Terminal.Write(table);
        var memory = await session.Client.GetModelMemoryAsync(cancellation);
        invocation.Terminal.Note($"{memory.Loaded} models in memory take {ByteSize.Text(memory.Bytes)} of {ByteSize.Text(memory.Bound)}.{(memory.Problem is { } problem ? $" {problem}" : "")}");
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

        Show(invocation.Terminal, deployment);
        var table = Tables.New("input", "type", "", "values");
        foreach (var input in deployment.Inputs ?? [])
            table.With(input.Name, input.Type, input.Required ? "required" : "", input.Categories is { } c ? string.Join(" | ", c.Take(8)) + (c.Count > 8 ? " | ..." : "") : "");
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    private static async Task<int> Traffic(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var traffic = await session.Client.GetTrafficAsync(invocation.Get(Name), invocation.Get(Minutes), cancellation);
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(traffic);
            return ExitCode.Ok;
        }

        var table = VariantTables.Of(traffic);
        if (table.Rows.Count == 0) Terminal.WriteLine($"Nothing was answered since {Format.Time(traffic.From)} in the process that was asked.");
        else invocation.Terminal.Write(table);
        invocation.Terminal.Note("Counted in the memory of the server process since it started. Points without requests are left out.");
        return ExitCode.Ok;
    }

    private static async Task<int> Set(Invocation invocation, CancellationToken cancellation)
    {
        var log = new JsonObject();
        if (invocation.Get(Sample) is { } sample) log["sample"] = sample;
        if (invocation.Get(KeepDays) is { } days) log["keep_days"] = days == 0 ? null : days;
        if (invocation.Get(WhenUnavailable) is { } choice) log["when_unavailable"] = choice;
        var patch = new JsonObject();
        if (log.Count > 0) patch["log"] = log;
        if (invocation.Get(Entity) is { } entity) patch["entity"] = entity;
        var outcome = new JsonObject();
        if (invocation.Get(WithinDays) is { } within) outcome["within_days"] = within == 0 ? null : within;
        if (invocation.Get(NegativeAfterDays) is { } negative) outcome["negative_after_days"] = negative == 0 ? null : negative;
        if (outcome.Count > 0) patch["outcome"] = outcome;

        await using var session = await invocation.Connect(cancellation);
        var deployment = await session.Client.ChangeDeploymentAsync(invocation.Get(Name), patch, cancellation);
        if (invocation.Terminal.Json) Terminal.WriteJson(deployment);
        else Show(invocation.Terminal, deployment);
        return ExitCode.Ok;
    }

    private static void Show(Terminal terminal, DeploymentWire deployment)
    {
        var (log, entity, outcome) = (deployment.Settings?.Log ?? new(), deployment.Settings?.Entity, deployment.Settings?.Outcome ?? new());
        terminal.Write(Tables.Facts(
            ("deployment", deployment.Name), ("serves", deployment.Version is { } v ? $"{deployment.Model} version {v}" : "nothing"), ("package", deployment.PackageDigest),
            ("problem", deployment.Problem), ("updated", Format.Time(deployment.UpdatedAt)), ("entity", entity ?? "the key of the contract"),
            ("log", log.Sample == 0 ? "off" : $"{log.Sample:P0} of predictions, kept {(log.KeepDays is { } days ? $"{days} days" : "for ever")}; when it is out of reach: {log.WhenUnavailable}"),
            ("outcome", $"within {(outcome.WithinDays is { } within ? $"{within} days" : "any time")}; without one {(outcome.NegativeAfterDays is { } negative ? $"negative after {negative} days" : "never decided")}")));
    }
}
