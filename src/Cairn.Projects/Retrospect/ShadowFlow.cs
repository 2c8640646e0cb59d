using System.Globalization;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Serving;
using Cairn.Storage;

namespace Cairn.Projects.Retrospect;

/// <summary>A retroactive shadow as a flow: a task for each stretch of the period, and one that compares.</summary>
internal sealed class ShadowFlow(RetroactiveShadow shadow, IBlobStore blobs, TimeProvider clock)
{
    private const string Compare = "compare";

    public Flow Build(ShadowParameters parameters)
    {
        var stretches = Stretch.Of(parameters.FromMs, parameters.ToMs);
        return new(ShadowParameters.Flow,
        [
            .. stretches.Select(stretch => new FlowTask(stretch.Name, [], (context, stop) => Score(context, parameters, stretch, stretches.Count, stop))),
            new(Compare, [.. stretches.Select(stretch => stretch.Name)], (context, stop) => Sum(context, parameters, stretches, stop)),
        ]);
    }

    private async Task<Answer<string>> Score(TaskContext context, ShadowParameters parameters, Stretch stretch, int stretches, CancellationToken cancellation)
    {
        var (started, expected) = (clock.GetTimestamp(), Math.Max(1, parameters.Rows / stretches));
        var scored = await shadow.Score(
            context.Caller.Workspace, parameters.Deployment, parameters.Candidate, stretch.FromMs, stretch.ToMs, parameters.Share,
            seen => context.Report(Math.Min(0.99, (double)seen / expected), $"{seen:N0} seen{Pace.Say(clock, started, seen)}"), cancellation);
        if (scored.Refusal is { } refusal) return refusal;

        var tally = scored.Value;
        using var content = new MemoryStream(tally.Comparison.Save());
        var saved = (await blobs.Write(content, cancellation)).Digest.Hex;
        context.Report(1, $"{tally.Comparison.Rows:N0} of {tally.Seen:N0} scored");
        return JsonSerializer.Serialize(new StretchResult(tally, saved, clock.GetElapsedTime(started).TotalSeconds), CairnJson.Options);
    }

    private async Task<Answer<string>> Sum(TaskContext context, ShadowParameters parameters, IReadOnlyList<Stretch> stretches, CancellationToken cancellation)
    {
        var all = new ShadowTally();
        var seconds = 0.0;
        foreach (var stretch in stretches)
        {
            var part = JsonSerializer.Deserialize<StretchResult>(context.ResultOf(stretch.Name), CairnJson.Options)!;
            all.Add(part.Tally with { Comparison = ScoreComparison.Load(await Read(part.Saved, cancellation)) });
            seconds += part.Seconds;
        }

        var (candidate, comparison) = (parameters.Candidate, all.Comparison.ToWire(parameters.Costs));
        var result = new ShadowResultWire(
            parameters.Deployment, parameters.FromMs * 1000, parameters.ToMs * 1000, candidate.Model, candidate.Version, candidate.Package, all.Seen, all.Comparison.Rows, all.Erased,
            [.. all.Refused.Values.OrderByDescending(refusal => refusal.Count).ThenBy(refusal => refusal.Reason, StringComparer.Ordinal)],
            [.. all.Answered.OrderBy(a => a.Model, StringComparer.Ordinal).ThenBy(a => a.Version).ThenBy(a => a.Variant, StringComparer.Ordinal)],
            comparison, Summary(comparison, all), seconds);
        context.Report(1, result.Summary);
        return JsonSerializer.Serialize(result, CairnJson.Options);
    }

    /// <summary>What a person wants to know first.</summary>
    private static string Summary(ScoreComparisonWire? comparison, ShadowTally all)
    {
        if (comparison is null) return $"Not one of {all.Seen:N0} answers could be asked again{(all.Refused.Count > 0 ? $": {all.Refused.Values.MaxBy(r => r.Count)!.Reason}" : "")}.";
        var agreement = string.Create(CultureInfo.InvariantCulture,
            $"The candidate decides alike for {comparison.Agreement:P1} of {comparison.Rows:N0} rows (95 %: {comparison.AgreementLow:P1} to {comparison.AgreementHigh:P1})");
        var areas = comparison.Outcomes?.Metrics.First(metric => metric.Metric == "roc_auc");
        if (areas is not { Difference: { } difference, Low: { } low, High: { } high })
            return $"{agreement}; {(comparison.Outcomes is null ? "what became of them is not known yet" : "too few outcomes of both kinds are known to tell which is better")}.";

        var verdict = low > 0 ? "better" : high < 0 ? "worse" : "not told apart";
        return string.Create(CultureInfo.InvariantCulture,
            $"{agreement}; on {comparison.Outcomes!.Judged:N0} with an outcome it is {verdict}: ROC AUC {areas.Candidate:0.0000} against {areas.Logged:0.0000}, difference {difference:+0.0000;-0.0000} (95 %: {low:+0.0000;-0.0000} to {high:+0.0000;-0.0000}).");
    }

    private async Task<byte[]> Read(string digest, CancellationToken cancellation)
    {
        await using var stream = await blobs.Open(Digest.Parse(digest), cancellation) ?? throw new InvalidOperationException($"Blob {digest} is gone. Start the shadow anew.");
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }

    /// <param name="Saved">The blob with the comparison.</param>
    private sealed record StretchResult(ShadowTally Tally, string Saved, double Seconds);
}
