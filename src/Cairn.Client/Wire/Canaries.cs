using System.Text.Json.Serialization;

namespace Cairn.Client.Wire;

/// <summary>A version that is to get the traffic of a deployment step by step, and what ends that.</summary>
public sealed record CanarySettings
{
    public const string Wait = "wait", Promote = "promote", Keep = "keep";

    /// <value>Of the deployment's model.</value>
    public required long Version { get; init; }

    /// <value>The variant it becomes; one that is there keeps the entities it has.</value>
    public string Variant { get; init; } = "canary";

    public IReadOnlyList<CanaryStep> Steps { get; init; } = [new(0.05), new(0.2), new(0.5), new(1)];

    public CanaryLimits Limits { get; init; } = new();

    /// <value>
    /// After the last step: <c>wait</c> (the default) for a person to promote it, watched as before; <c>promote</c> it if its gates passed;
    /// or <c>keep</c> it as a variant with the share it has.
    /// </value>
    public string WhenDone { get; init; } = Wait;

    /// <value>As for a promotion: a version that takes traffic needs the verdict of its gates, or this and a reason.</value>
    public bool Override { get; init; }

    public string? Reason { get; init; }
}

/// <param name="Weight">Share of the traffic, above 0 and at most 1; each step has more than the one before.</param>
/// <param name="MinSeconds">It lasts at least so long.</param>
/// <param name="MinRows">And until the canary was given at least so many rows.</param>
public sealed record CanaryStep(double Weight, double MinSeconds = 600, long MinRows = 1000);

/// <summary>What the canary may do at most; null: not judged. When it is clear that one is exceeded the canary is aborted.</summary>
/// <remarks>What is not said has a default, so a null is always written.</remarks>
public sealed record CanaryLimits
{
    /// <value>Share of rows that it cannot answer, so that the champion does.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? Errors { get; init; } = 0.01;

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public CanaryLatencyLimit? Latency { get; init; } = new();

    /// <value>Share of rows that it decides otherwise than the champion.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? DifferentDecisions { get; init; } = 0.2;

    /// <value>Of its probabilities from those of the champion, on the same rows.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? MeanAbsoluteDifference { get; init; }
}

/// <summary>Slow is a request that takes longer than <c>Factor</c> times the champion's quantile, and <c>FloorMs</c> longer than it; at most the share beyond the quantile may be slow.</summary>
public sealed record CanaryLatencyLimit
{
    public double Quantile { get; init; } = 0.95;

    public double Factor { get; init; } = 2;

    /// <value>Milliseconds.</value>
    public double FloorMs { get; init; } = 5;
}

/// <param name="Number">Of the deployment, from 1 on.</param>
/// <param name="State"><c>running</c>; <c>waiting</c> for a promotion; or how it ended: <c>promoted</c>, <c>kept</c>, <c>aborted</c>.</param>
/// <param name="Cause">Why it was aborted: <c>errors</c>, <c>latency</c>, <c>different_decisions</c>, <c>mean_absolute_difference</c>, <c>not_served</c>, <c>champion_changed</c>, <c>person</c>.</param>
/// <param name="Reason">The same with its numbers; while it waits, what for.</param>
/// <param name="Step">From 1 on; the last one it reached.</param>
/// <param name="Weight">Share of the traffic now; 0 when it was aborted.</param>
/// <param name="StepAt">When the step began, microseconds UTC.</param>
/// <param name="Counts">Of the step so far.</param>
/// <param name="Past">The steps before it.</param>
public sealed record CanaryWire(
    string Deployment, long Number, string Variant, string Model, long Version, long ChampionVersion, string State, string? Cause, string? Reason, int Step, double Weight, long StepAt,
    string StartedBy, long StartedAt, long? EndedAt, IReadOnlyList<CanaryStep> Steps, CanaryLimits Limits, string WhenDone, CanaryCountsWire Counts, IReadOnlyList<CanaryPastStepWire> Past);

/// <param name="Rows">Answered by the canary.</param>
/// <param name="Errors">Rows it could not answer, so that the champion did.</param>
/// <param name="SlowAboveUs">What counts as slow; null: not known yet.</param>
/// <param name="Slow">Requests that took longer than that.</param>
/// <param name="SameRows">What it answered and the champion scored too.</param>
public sealed record CanaryCountsWire(long Rows, long Errors, long Requests, LatencyWire? Latency, long ChampionRequests, LatencyWire? ChampionLatency, long? SlowAboveUs, long Slow, SameRowsWire? SameRows);

public sealed record CanaryPastStepWire(double Weight, long From, long To, CanaryCountsWire Counts);

/// <param name="Reason">Kept with the canary, in its event and in the audit.</param>
public sealed record CanaryAbort(string? Reason = null);
