using System.CommandLine;
using System.Globalization;
using Cairn.Cli.Invoking;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Commands;

internal static class CanaryCommand
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private static readonly Argument<string> Deployment = new("deployment") { Description = "The deployment" };
    private static readonly Option<int> Limit = Paging.Limit();
    private static readonly Option<long> Version = new("--version") { Description = "The version of the deployment's model", Required = true, HelpName = "n" };
    private static readonly Option<string?> Variant = new("--variant") { Description = "The variant it becomes (default: canary)", HelpName = "name" };
    private static readonly Option<string[]> Step = new("--step")
    {
        Description = "Share of the traffic, and how long at least: seconds and rows; repeated (default: 0.05, 0.2, 0.5 and 1, each 600 s and 1000 rows)", HelpName = "share[:seconds[:rows]]",
    };

    private static readonly Option<double?> Errors = new("--max-errors") { Description = "Share of rows it may leave to the champion (default: 0.01)", HelpName = "share" };
    private static readonly Option<double?> Different = new("--max-different") { Description = "Share of rows it may decide otherwise than the champion (default: 0.2)", HelpName = "share" };
    private static readonly Option<double?> Difference = new("--max-difference") { Description = "Mean difference of probabilities it may have (default: not judged)", HelpName = "difference" };
    private static readonly Option<double?> Slow = new("--slow-factor") { Description = "Times the champion's p95 that count as slow (default: 2)", HelpName = "factor" };
    private static readonly Option<string?> WhenDone = new("--when-done") { Description = "After the last step: wait for a person (default), promote it, or keep it as a variant", HelpName = "wait|promote|keep" };
    private static readonly Option<bool> Override = new("--override") { Description = "Although a gate refused the version; audited" };
    private static readonly Option<string?> Reason = new("--reason") { Description = "Kept in the audit", HelpName = "text" };
    private static readonly Option<bool> Follow = new("--follow") { Description = "Tell every step until it ends or waits; exit code 1 when it is aborted" };

    public static Command Build() => new("canary", "Give a version the traffic step by step, and take it back when it does worse than it may")
    {
        new Command("start", "Start a canary") { Deployment, Version, Variant, Step, Errors, Different, Difference, Slow, WhenDone, Override, Reason, Follow }.Does(Start),
        new Command("status", "Show the canary that is running, else the one that ended last") { Deployment, Follow }.Does(Status),
        new Command("abort", "Abort the canary; the champion answers everything again") { Deployment, Reason }.Does(Abort),
        new Command("list", "List canaries, newest first, and how they ended") { Deployment, Limit }.Does(List),
    };

    private static async Task<int> Start(Invocation invocation, CancellationToken cancellation)
    {
        var (settings, usual) = (new CanarySettings { Version = invocation.Get(Version) }, new CanaryLimits());
        settings = settings with
        {
            Variant = invocation.Get(Variant) ?? settings.Variant,
            Steps = invocation.Get(Step) is { Length: > 0 } steps ? [.. steps.Select(ReadStep)] : settings.Steps,
            Limits = usual with
            {
                Errors = invocation.Get(Errors) ?? usual.Errors, DifferentDecisions = invocation.Get(Different) ?? usual.DifferentDecisions, MeanAbsoluteDifference = invocation.Get(Difference),
                Latency = usual.Latency! with { Factor = invocation.Get(Slow) ?? usual.Latency.Factor },
            },
            WhenDone = invocation.Get(WhenDone) ?? settings.WhenDone, Override = invocation.Get(Override), Reason = invocation.Get(Reason),
        };
        await using var session = await invocation.Connect(cancellation);
        var canary = await session.Client.StartCanaryAsync(invocation.Get(Deployment), settings, cancellation);
        return invocation.Get(Follow) ? await ToItsEnd(session.Client, invocation.Terminal, canary, cancellation) : Show(invocation.Terminal, canary);
    }

    private static async Task<int> Status(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var canary = await session.Client.GetCanaryAsync(invocation.Get(Deployment), cancellation);
        return invocation.Get(Follow) ? await ToItsEnd(session.Client, invocation.Terminal, canary, cancellation) : Show(invocation.Terminal, canary);
    }

    private static async Task<int> Abort(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        return Show(invocation.Terminal, await session.Client.AbortCanaryAsync(invocation.Get(Deployment), invocation.Get(Reason), cancellation));
    }

    private static async Task<int> List(Invocation invocation, CancellationToken cancellation)
    {
        await using var session = await invocation.Connect(cancellation);
        var name = invocation.Get(Deployment);
        var canaries = await Paging.Take(invocation.Get(Limit), (n, token) => session.Client.ListCanariesAsync(name, n, token, cancellation));
        if (invocation.Terminal.Json)
        {
            Terminal.WriteJson(canaries);
            return ExitCode.Ok;
        }

        var table = Tables.New("#canary", "variant", "#version", "state", "#step", "started", "by", "");
        foreach (var c in canaries) table.With($"{c.Number}", c.Variant, $"{c.Version}", c.State, $"{c.Step} of {c.Steps.Count}", Format.Time(c.StartedAt), c.StartedBy, c.Reason ?? "");
        invocation.Terminal.Write(table);
        return ExitCode.Ok;
    }

    /// <summary>Ctrl-C ends the telling, not the canary.</summary>
    private static async Task<int> ToItsEnd(CairnClient client, Terminal terminal, CanaryWire canary, CancellationToken cancellation)
    {
        var (number, told) = (canary.Number, "");
        while (true)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"step {canary.Step} of {canary.Steps.Count}, {Format.Percent(canary.Weight)} of the traffic: {canary.State}");
            if (line != told) terminal.Note(told = line);
            if (canary.State != "running" || canary.Number != number) break;
            await Task.Delay(Pace, cancellation);
            canary = await client.GetCanaryAsync(canary.Deployment, cancellation);
        }

        Show(terminal, canary);
        return canary.State == "aborted" ? ExitCode.Failure : ExitCode.Ok;
    }

    private static CanaryStep ReadStep(string text)
    {
        var parts = text.Split(':');
        double seconds = 600;
        long rows = 1000;
        return parts.Length <= 3 && Number(parts[0], out var weight) && (parts.Length < 2 || Number(parts[1], out seconds))
            && (parts.Length < 3 || long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out rows))
            ? new(weight, seconds, rows)
            : throw new CairnException(Problems.Of("cli.canary-step", $"--step is '{text}'; it takes a share, and perhaps seconds and rows: 0.05:600:1000."));

        static bool Number(string part, out double value) => double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
    }

    private static int Show(Terminal terminal, CanaryWire canary)
    {
        if (terminal.Json) Terminal.WriteJson(canary);
        else CanaryTables.Write(terminal, canary);
        return ExitCode.Ok;
    }
}
