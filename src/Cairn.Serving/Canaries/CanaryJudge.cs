using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Learning;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Canaries;

/// <summary>Why a canary is aborted: a word and a sentence with its numbers.</summary>
internal sealed record CanaryBreach(string Cause, string Reason)
{
    public const string Errors = "errors", Latency = "latency", DifferentDecisions = "different_decisions", MeanAbsoluteDifference = "mean_absolute_difference",
        NotServed = "not_served", ChampionChanged = "champion_changed", Person = "person";
}

/// <summary>Whether it is clear that a canary does worse than it may.</summary>
/// <remarks>
/// It is looked at again and again, so an interval of fixed confidence would sooner or later exclude its limit by chance. A limit counts as
/// exceeded when the lower bound of a confidence sequence exceeds it (<see cref="Shares.ClearlyAbove"/>: Robbins 1970, Ville 1939), which holds
/// at all looks at once. <see cref="FalseAlarm"/> is shared out evenly among limits and steps (Bonferroni).
/// </remarks>
internal static class CanaryJudge
{
    /// <value>The probability that a canary which keeps within all its limits is ever aborted by one, at most.</value>
    public const double FalseAlarm = 0.01;

    /// <value>The champion's quantile is taken from at least so many requests.</value>
    public const long LeastRequests = 100;

    public static CanaryBreach? Judge(CanaryLimits limits, CanaryCounts counts, long? slowAbove, int steps)
    {
        object?[] set = [limits.Errors, limits.Latency, limits.DifferentDecisions, limits.MeanAbsoluteDifference];
        var risk = FalseAlarm / (steps * Math.Max(1, set.Count(limit => limit is not null)));
        var (pairs, requests) = (counts.Pairs, counts.Requests.Count);

        if (limits.Errors is { } errors && Shares.ClearlyAbove(counts.Errors, counts.Given, errors, risk))
            return new(CanaryBreach.Errors, Text($"It could not answer {counts.Errors} of {counts.Given} rows ({Share(counts.Errors, counts.Given)}), so the champion did; at most {errors:P2} are allowed."));
        if (limits.Latency is { } latency && slowAbove is { } micros && counts.Requests.CountAbove(micros) is var slow && Shares.ClearlyAbove(slow, requests, 1 - latency.Quantile, risk))
            return new(CanaryBreach.Latency, Text($"{slow} of {requests} requests ({Share(slow, requests)}) took longer than {micros / 1000.0:0.###} ms, slow beside the p{100 * latency.Quantile:0.###} of the champion; at most {1 - latency.Quantile:P2} may."));
        if (limits.DifferentDecisions is { } different && Shares.ClearlyAbove(pairs.Disagreed, pairs.Rows, different, risk))
            return new(CanaryBreach.DifferentDecisions, Text($"It decided {pairs.Disagreed} of {pairs.Rows} rows ({Share(pairs.Disagreed, pairs.Rows)}) otherwise than the champion; at most {different:P2} are allowed."));
        if (limits.MeanAbsoluteDifference is { } mean && Shares.ClearlyAbove(pairs.Difference, pairs.Rows, mean, risk))
            return new(CanaryBreach.MeanAbsoluteDifference, Text($"Its probabilities of {pairs.Rows} rows differ from the champion's by {pairs.Difference / pairs.Rows:0.####} on average; at most {mean:0.####} are allowed."));
        return null;
    }

    /// <summary>
    /// What is slow, by what the champion took: its quantile at the upper end of Wilson's interval of that rank, so that few requests of the
    /// champion allow more, not less; times the factor, but at least the floor above it.
    /// </summary>
    /// <returns>Microseconds; null while the champion answered too few requests to say.</returns>
    public static long? SlowAbove(CanaryLatencyLimit? limit, LatencyHistogram champion)
    {
        if (limit is null || champion.Count < LeastRequests) return null;
        var upper = champion.Quantile(Shares.Interval((long)Math.Ceiling(limit.Quantile * champion.Count), champion.Count).High)!.Value;
        return (long)Math.Max(upper * limit.Factor, upper + (limit.FloorMs * 1000));
    }

    private static string Share(long count, long n) => Text($"{(double)count / n:P1}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
