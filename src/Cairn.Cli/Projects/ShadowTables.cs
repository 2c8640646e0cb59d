using System.Globalization;
using Cairn.Cli.Terminals;
using Cairn.Client.Wire;
using Spectre.Console;

namespace Cairn.Cli.Projects;

/// <summary>What a candidate would have answered.</summary>
internal static class ShadowTables
{
    public static void Show(Terminal terminal, ShadowResultWire result)
    {
        var answered = Tables.New("answered by", "#version", "variant", "package", "#predictions");
        foreach (var a in result.Answered) answered.With(a.Model, $"{a.Version}", a.Variant, Format.Short(a.PackageDigest), Format.Count(a.Rows));
        terminal.Write(answered);
        if (result.Refused.Count > 0 || result.Erased > 0)
        {
            var refused = Tables.New("not asked again, because", "#predictions", "such as");
            foreach (var r in result.Refused) refused.With(r.Reason, Format.Count(r.Count), r.Example);
            if (result.Erased > 0) refused.With("personal data is erased", Format.Count(result.Erased), "");
            terminal.Write(refused);
        }

        if (result.Comparison is { } comparison) Show(terminal, comparison);
        terminal.Write(new Markup($"{Markup.Escape(result.Summary)}\n"));
        var pace = result.Seconds > 0 ? string.Create(CultureInfo.InvariantCulture, $" in {Format.Seconds(result.Seconds)}, {result.Seen / result.Seconds:N0} a second") : "";
        Terminal.WriteLine($"{Format.Count(result.Scored)} of {Format.Count(result.Seen)} predictions scored by {result.Model} version {result.Version}{pace}.");
    }

    private static void Show(Terminal terminal, ScoreComparisonWire comparison)
    {
        var scores = Tables.New("", "#logged", "#candidate");
        scores.With("mean probability", Format.Metric(comparison.Logged.MeanProbability), Format.Metric(comparison.Candidate.MeanProbability));
        scores.With("positive", Format.Percent(comparison.Logged.PositiveShare), Format.Percent(comparison.Candidate.PositiveShare));
        scores.With("only it calls positive", Format.Count(comparison.OnlyLogged), Format.Count(comparison.OnlyCandidate));
        terminal.Write(scores);
        terminal.Write(Tables.Facts(
            ("agreement", $"{Format.Percent(comparison.Agreement)} (95 %: {Format.Percent(comparison.AgreementLow)} to {Format.Percent(comparison.AgreementHigh)})"),
            ("mean difference", Format.Metric(comparison.MeanDifference)), ("psi of scores", Format.Metric(comparison.Psi))));
        if (comparison.Outcomes is not { } outcomes) return;

        var metrics = Tables.New($"on {Format.Count(outcomes.Judged)} outcomes, {Format.Percent(outcomes.PositiveShare)} positive", "#logged", "#candidate", "#difference", "95 %", "#p");
        foreach (var m in outcomes.Metrics)
        {
            metrics.With(m.Metric, Format.Metric(m.Logged), Format.Metric(m.Candidate), Signed(m.Difference), m is { Low: { } low, High: { } high } ? $"{Signed(low)} to {Signed(high)}" : "",
                m.P is { } p ? p.ToString("0.000", CultureInfo.InvariantCulture) : "");
        }

        terminal.Write(metrics);
    }

    private static string Signed(double? value) => value is { } v ? v.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture) : "-";
}
