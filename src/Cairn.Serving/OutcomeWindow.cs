using Cairn.Client.Wire;

namespace Cairn.Serving;

/// <summary>How long the outcome of a prediction is waited for, and what its absence means then.</summary>
/// <param name="WithinMs">An outcome becomes true at most so long after its prediction; null: any time.</param>
/// <param name="NegativeAfterMs">After so long a prediction without an outcome counts as negative; null: never.</param>
public sealed record OutcomeWindow(long? WithinMs, long? NegativeAfterMs)
{
    private const long Day = 24 * 60 * 60 * 1000;

    public static OutcomeWindow Of(OutcomeSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new(settings.WithinDays * Day, settings.NegativeAfterDays * Day);
    }

    /// <summary>From when on a prediction of that time counts as decided, in milliseconds; null: never by itself.</summary>
    public long? ClosesAt(long predictionMs) => predictionMs + (NegativeAfterMs ?? WithinMs);

    public bool IsClosed(long predictionMs, long nowMs) => ClosesAt(predictionMs) <= nowMs;

    /// <summary>True: what became true then did so after the window.</summary>
    /// <param name="observedAt">Microseconds.</param>
    public bool IsLate(long predictionMs, long observedAt) => observedAt > (predictionMs + (WithinMs ?? NegativeAfterMs)) * 1000;

    /// <summary>What a prediction counts as now.</summary>
    /// <param name="outcome">What was told about it; null: nothing.</param>
    public PredictionLabel LabelOf(long predictionMs, PredictionOutcome? outcome, long nowMs)
    {
        var closed = IsClosed(predictionMs, nowMs);
        if (outcome is { } known) return new(LabelState.Known, known.Positive, closed);
        if (!closed) return new(LabelState.Open, null, false);
        return NegativeAfterMs is null ? new(LabelState.Unknown, null, true) : new(LabelState.AssumedNegative, false, true);
    }

    /// <summary>
    /// True: a prediction with this label may be judged. While windows are open only those that ended early are known, and those are
    /// mostly the positive ones: where there is a window, it has to be closed.
    /// </summary>
    public bool MayBeJudged(PredictionLabel label) => label.Positive is not null && (label.Closed || (WithinMs ?? NegativeAfterMs) is null);
}

public enum LabelState
{
    /// <summary>Its outcome was told.</summary>
    Known,

    /// <summary>Its window closed without one.</summary>
    AssumedNegative,

    /// <summary>No outcome yet, and time left.</summary>
    Open,

    /// <summary>Its window closed without an outcome, and nothing is assumed.</summary>
    Unknown,
}

/// <param name="Positive">Null: not known.</param>
/// <param name="Closed">Whether its window has closed.</param>
public readonly record struct PredictionLabel(LabelState State, bool? Positive, bool Closed);

/// <summary>What is in force of all that was told about a prediction.</summary>
/// <param name="ObservedAt">When it became true, microseconds UTC.</param>
/// <param name="Contradicted">There is a statement that says otherwise.</param>
public readonly record struct PredictionOutcome(Guid PredictionId, string Value, bool Positive, long ObservedAt, bool Contradicted);
