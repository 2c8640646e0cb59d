using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cairn.Client.Wire;

/// <summary>When an outcome still belongs to a prediction, and what its absence means.</summary>
public sealed record OutcomeSettings
{
    /// <value>Days after a prediction within which its outcome becomes true; null: any time.</value>
    public int? WithinDays { get; init; }

    /// <value>Days after which a prediction without an outcome counts as negative; null: it never does.</value>
    public int? NegativeAfterDays { get; init; }
}

/// <summary>What became of a prediction: named by its id, or by whom it was about and when.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public record NewOutcomeWire
{
    public string? PredictionId { get; init; }

    /// <value>Null: that of the prediction; for an entity the only deployment, or the default one.</value>
    public string? Deployment { get; init; }

    /// <value>Whom it is about, as the requests name it: the outcome belongs to the last prediction about it before <see cref="ObservedAt"/>.</value>
    [JsonConverter(typeof(ScalarText))]
    public string? Entity { get; init; }

    /// <value>The class as it stands in the data: <c>Yes</c>.</value>
    [JsonConverter(typeof(ScalarText))]
    public string? Value { get; init; }

    /// <value>When it became true: microseconds UTC, or ISO 8601. Null: now; an entity asks for it.</value>
    [JsonConverter(typeof(ScalarText))]
    public string? ObservedAt { get; init; }

    /// <value>True: what was said before was wrong, and this takes its place.</value>
    public bool Correction { get; init; }
}

/// <summary>One outcome, or up to 10,000 of them under <c>outcomes</c>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewOutcomesWire : NewOutcomeWire
{
    public IReadOnlyList<NewOutcomeWire>? Outcomes { get; init; }
}

public enum OutcomeStatus
{
    /// <summary>The first word about its prediction.</summary>
    Accepted,

    /// <summary>The same again: nothing changes.</summary>
    Repeated,

    /// <summary>It took the place of another value: it is of later, or a correction.</summary>
    Corrected,

    /// <summary>Kept; a later observation or a correction is in force.</summary>
    Outdated,

    /// <summary>Kept; it says otherwise without being of later or a correction, so what was there stays in force.</summary>
    Contradicting,

    /// <summary>Kept; no prediction was found for it yet. It is looked for again.</summary>
    Unmatched,

    /// <summary>Not kept; see its problem.</summary>
    Refused,
}

/// <summary>What became of one outcome of a request.</summary>
/// <param name="Late">True: it became true after the window of its prediction had closed.</param>
public sealed record OutcomeReceiptWire(OutcomeStatus Status, string? PredictionId = null, bool? Late = null, Problem? Problem = null);

/// <param name="Counts">How many outcomes have which status, and how many are <c>late</c>.</param>
/// <param name="Outcomes">One for each of the request, in its order.</param>
public sealed record OutcomeReceiptsWire(IReadOnlyDictionary<string, long> Counts, IReadOnlyList<OutcomeReceiptWire> Outcomes);

/// <summary>An outcome as it was told, and what it counts for now.</summary>
/// <param name="OutcomeId">Ascends in the order of arrival.</param>
/// <param name="PredictionId">Null: no prediction was found for it yet.</param>
/// <param name="Dated">Whether its sender said when it became true; else <paramref name="ObservedAt"/> is when it arrived.</param>
/// <param name="State"><c>in_force</c>, <c>agrees</c>, <c>replaced</c>, <c>contradicting</c> or <c>unmatched</c>.</param>
public sealed record OutcomeWire(
    long OutcomeId, string Deployment, string? PredictionId, string? Entity, string Value, bool? Positive, long ObservedAt, bool Dated, bool Correction, long ReceivedAt, string State,
    bool Late, string Caller);

/// <summary>What is held to be true of a prediction.</summary>
/// <param name="State"><c>known</c>; <c>assumed_negative</c>: its window closed without an outcome; <c>open</c>: it has not closed; <c>unknown</c>: it has, and nothing is assumed.</param>
/// <param name="Contradicted">True: there is a statement that says otherwise.</param>
/// <param name="ClosesAt">When it counts as decided; null: never by itself.</param>
public sealed record TruthWire(string State, bool? Positive, string? Value, long? ObservedAt, bool Late, bool Contradicted, long? ClosesAt);

/// <param name="Outcomes">All that was told about it, newest first.</param>
public sealed record PredictionOutcomesWire(TruthWire Truth, IReadOnlyList<OutcomeWire> Outcomes);

/// <summary>Which columns of a file say what became of which prediction: <c>prediction_id</c>, or <c>entity</c> with <c>time</c>.</summary>
/// <param name="Value">The column of the class.</param>
/// <param name="Time">The column that says when it became true.</param>
/// <param name="Timezone">Of times that do not say: <c>Europe/Berlin</c>; null: UTC.</param>
/// <param name="Correction">True: every row takes the place of what was said before.</param>
/// <param name="Deployment">Null: the only one, or the default.</param>
public sealed record OutcomeColumnsWire(
    string Value, string? PredictionId = null, string? Entity = null, string? Time = null, string? Timezone = null, bool Correction = false, string? Deployment = null);

/// <summary>How far an import is; the last line says whether it is done.</summary>
/// <param name="Rows">Rows of the file that were read.</param>
/// <param name="Counts">As in <see cref="OutcomeReceiptsWire"/>.</param>
/// <param name="Refused">The first rows that were refused.</param>
/// <param name="Problem">Why it stopped; what was counted is stored, and sending the file again goes on.</param>
public sealed record OutcomeImportWire(
    long Rows, IReadOnlyDictionary<string, long> Counts, IReadOnlyList<RefusedOutcomeWire> Refused, bool Done, Problem? Problem = null);

/// <param name="Row">1 is the first row after the header.</param>
public sealed record RefusedOutcomeWire(long Row, string Code, string Detail);

/// <summary>Predictions of a stretch of time against what became of them.</summary>
/// <param name="From">Microseconds UTC; predictions from here on.</param>
/// <param name="To">Not included.</param>
/// <param name="Counts">Of all that was answered; shadows are among <paramref name="Variants"/> only.</param>
/// <param name="Unmatched">Outcomes that became true in that time and match no prediction.</param>
/// <param name="CountedAt">Microseconds UTC; earlier than now only where <c>max_age</c> allowed it.</param>
public sealed record OutcomeSummaryWire(
    string Deployment, long From, long To, OutcomeSettings Settings, OutcomeCountsWire Counts, long Unmatched, RealisedWire? Performance, IReadOnlyList<VariantOutcomesWire> Variants, long CountedAt);

/// <param name="Shadow">True: it was scored beside the answers and told to nobody; it is judged by the outcomes of those answers.</param>
public sealed record VariantOutcomesWire(string Variant, bool Shadow, string Model, long Version, OutcomeCountsWire Counts, RealisedWire? Performance);

/// <param name="WithOutcome">Predictions whose outcome was told.</param>
/// <param name="AssumedNegative">Those whose window closed without one.</param>
/// <param name="Open">Without an outcome, window still open.</param>
/// <param name="Unknown">Without an outcome, window closed, nothing assumed.</param>
/// <param name="MaturedShare">Share of the predictions whose window has closed or whose outcome is known.</param>
/// <param name="PositiveShare">Of those with an outcome, told or assumed.</param>
public sealed record OutcomeCountsWire(
    long Predictions, long WithOutcome, long AssumedNegative, long Open, long Unknown, long Late, long Contradicted, double? MaturedShare, double? PositiveShare);

/// <summary>How well predictions did against what became of them. Where there is a window, rows whose window is open are left out: positives come first.</summary>
/// <param name="Metrics">By name, as in the evaluation of a model.</param>
public sealed record RealisedWire(
    long Rows, long Positives, long TruePositives, long FalsePositives, long FalseNegatives, long TrueNegatives, IReadOnlyDictionary<string, EstimateWire> Metrics);

/// <summary>A value with its 95 percent interval, where there is one.</summary>
public sealed record EstimateWire(double Value, double? Low = null, double? High = null);

/// <summary>A text, number or boolean of JSON as its text: classes and entities are written either way.</summary>
internal sealed class ScalarText : JsonConverter<string?>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence) : reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => throw new JsonException("A text, a number, true or false is expected."),
    };

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value);
    }
}
