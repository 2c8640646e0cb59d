using Cairn.Cli.Terminals;
using Cairn.Client.Wire;
using Spectre.Console;

namespace Cairn.Cli.Projects;

/// <summary>The summary under a run.</summary>
internal static class ResultTables
{
    public static int ExitCodeOf(LifecycleResult result) => result.Verdict switch
    {
        "no_signal" => ExitCode.NoSignal,
        "refused" => ExitCode.Failure,
        _ => ExitCode.Ok,
    };

    public static void Show(Terminal terminal, LifecycleResult result)
    {
        var candidates = Tables.New("candidate", "#cv roc_auc", "#cv log_loss", "#seconds", "run");
        foreach (var c in result.Candidates)
            candidates.With($"{c.Algorithm}{(c.Algorithm == result.Algorithm ? " *" : "")}", $"{Format.Metric(c.RocAuc)} ± {Format.Metric(c.RocAucSd)}", Format.Metric(c.LogLoss), $"{c.Seconds:0.0}", c.RunId);
        terminal.Write(candidates);

        var metrics = Tables.New("on the test split", $"#{result.Algorithm}", $"#baseline ({result.BaselineName})");
        foreach (var (name, value) in result.Metrics)
            metrics.With(name, Format.Metric(value), Format.Metric(result.Baseline.TryGetValue(name, out var cheap) ? cheap : null));
        terminal.Write(metrics);

        if (result.Gates.Count > 0)
        {
            var gates = Tables.New("gate", "", "why");
            foreach (var gate in result.Gates) gates.With(gate.Gate, gate.Passed ? "passed" : "refused", gate.Detail);
            terminal.Write(gates);
        }

        var colour = result.Verdict switch { "promoted" or "passed" => "green", "no_signal" => "yellow", _ => "red" };
        terminal.Write(new Markup($"[{colour}]{Markup.Escape(Verdict(result))}[/]\n"));
        if (result.Model is { } model && result.Version is { } version)
            Terminal.WriteLine($"Model {model} version {version}, run {result.RunId}, threshold {result.Threshold:0.###}{(result.Deployment is { } served && result.Verdict == "promoted" ? $", served as {served}" : "")}.");
    }

    /// <summary>A summary of what did not pass says so itself.</summary>
    private static string Verdict(LifecycleResult result) => result.Verdict switch
    {
        "promoted" => $"Promoted. {result.Summary}",
        "passed" => $"Passed, not promoted. {result.Summary}",
        _ => result.Summary,
    };
}
