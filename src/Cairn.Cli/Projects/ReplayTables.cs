using System.Globalization;
using Cairn.Cli.Terminals;
using Cairn.Client.Wire;
using Spectre.Console;

namespace Cairn.Cli.Projects;

/// <summary>What a replay found.</summary>
internal static class ReplayTables
{
    public static void Show(Terminal terminal, ReplayWire replay)
    {
        terminal.Write(Tables.Facts(
            ("prediction", replay.PredictionId), ("answered", $"{Format.Time(replay.Time)} by {replay.Deployment} ({replay.Variant})"), ("model", $"{replay.Model} version {replay.Version}"),
            ("package", replay.PackageDigest), ("evaluator", $"{replay.Evaluator}"), ("run", replay.Lineage.RunId), ("data", string.Join(", ", replay.Lineage.Datasets.Select(d => $"{d.Name} {d.Digest}"))),
            ("stored", Say(replay.Stored)), ("recomputed", replay.Recomputed is { } again ? Say(again) : null)));
        if (replay.Differences.Count > 0)
        {
            var table = Tables.New("differs", "#stored", "#recomputed", "stored bits", "recomputed bits");
            foreach (var d in replay.Differences) table.With(d.What, d.Stored, d.Recomputed, d.StoredBits ?? "", d.RecomputedBits ?? "");
            terminal.Write(table);
        }

        Verdict(terminal, replay.Result, $"{Name(replay.Result)} {replay.Detail}");
    }

    public static void Show(Terminal terminal, ReplayResultWire result)
    {
        var versions = Tables.New("model", "#version", "variant", "package", "#evaluator", "result", "#predictions");
        foreach (var version in result.Versions)
        {
            foreach (var (kind, count) in version.Results.OrderBy(r => r.Key, StringComparer.Ordinal))
                versions.With(version.Model, $"{version.Version}", version.Variant, Format.Short(version.PackageDigest), $"{version.Evaluator}", kind, Format.Count(count));
        }

        terminal.Write(versions);
        if (result.Differences.Count > 0)
        {
            var findings = Tables.New("prediction", "result", "model", "what was found");
            foreach (var finding in result.Differences) findings.With(finding.PredictionId, finding.Result, $"{finding.Model} {finding.Version}", finding.Detail);
            terminal.Write(findings);
        }

        var same = result.Results.GetValueOrDefault(ReplayWire.IsSame);
        var of = result.Seen > result.Replayed ? $" (a sample of {Format.Count(result.Seen)})" : "";
        var pace = result.Seconds > 0 ? string.Create(CultureInfo.InvariantCulture, $" in {Format.Seconds(result.Seconds)}, {result.Replayed / result.Seconds:N0} a second") : "";
        Verdict(terminal, result.Clean ? ReplayWire.IsSame : ReplayWire.IsDifferent,
            $"{Format.Count(same)} of {Format.Count(result.Replayed)} predictions{of} have the same bits{pace}.");
    }

    private static void Verdict(Terminal terminal, string result, string text)
    {
        var colour = result switch { ReplayWire.IsSame => "green", ReplayWire.Erased => "yellow", _ => "red" };
        terminal.Write(new Markup($"[{colour}]{Markup.Escape(text)}[/]\n"));
    }

    private static string Name(string result) => result switch
    {
        ReplayWire.IsSame => "The same.",
        ReplayWire.IsDifferent => "Different.",
        ReplayWire.Erased => "Erased.",
        _ => "Not repeatable.",
    };

    private static string Say(ReplayedAnswerWire answer) => string.Create(CultureInfo.InvariantCulture, $"{answer.Prediction}, {answer.Probability:R} ({answer.Bits})");
}
