using System.Text;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Serving.Truth;

/// <summary>An outcome as it arrives, well formed.</summary>
/// <param name="PredictionId">Null: an entity is named.</param>
/// <param name="ObservedAt">Microseconds; null: not said.</param>
internal sealed record NewOutcome(Guid? PredictionId, string? Deployment, string Entity, string Value, long? ObservedAt, bool Correction)
{
    private const int LongestEntity = 200, LongestValue = 200;

    /// <summary>How far the clock of a sender may be ahead.</summary>
    private const long Ahead = 5L * 60 * 1_000_000;

    public static Answer<NewOutcome> Read(NewOutcomeWire told, TimeZoneInfo zone, long now)
    {
        if (told.PredictionId is null == told.Entity is null)
        {
            return new Refusal.Invalid("outcome.subject", told.Entity is null
                ? "The outcome names neither a prediction nor an entity. Give prediction_id, or entity with observed_at."
                : "The outcome names both a prediction and an entity. Give prediction_id, or entity with observed_at.");
        }

        Guid? id = null;
        if (told.PredictionId is { } text)
        {
            if (!Uuid7.TryParse(text, out var guid) || Uuid7.TimeOf(guid) is null)
                return new Refusal.Invalid("prediction.id-invalid", $"'{Short(text)}' is no id of a prediction: 32 hex digits, as in the answer's prediction_id.");
            id = guid;
        }

        if (told.Entity is { } entity && (entity.Length == 0 || Encoding.UTF8.GetByteCount(entity) > LongestEntity || entity.Contains('\0')))
            return new Refusal.Invalid("outcome.entity-invalid", $"The entity '{Short(entity)}' cannot be one: 1 to {LongestEntity} bytes without U+0000, as the requests name it.");
        if (told.Value is not { Length: > 0 and <= LongestValue } value || value.Contains('\0'))
            return new Refusal.Invalid("outcome.value-missing", $"The outcome has {(string.IsNullOrEmpty(told.Value) ? "no value" : "a value that is no class")}. Give the class as it stands in the data, up to {LongestValue} characters.");

        long? observedAt = null;
        if (told.ObservedAt is { } time)
        {
            if (Moment.Read(time, zone) is not { } moment) return new Refusal.Invalid("outcome.time-invalid", $"'{Short(time)}' is no time. Expected: {Moment.Expected}.");
            if (moment.Earliest > now + Ahead)
                return new Refusal.Invalid("outcome.time-ahead", $"The outcome became true at {time}, which has not come yet: here it is {Time.FromMicros(now):yyyy-MM-dd HH:mm:ss} UTC. Times without an offset are read in {zone.Id}.");
            observedAt = moment.Micros;
        }

        if (id is null && observedAt is null)
            return new Refusal.Invalid("outcome.time-missing", "An outcome by entity needs observed_at: it belongs to the last prediction before it became true.");
        return new NewOutcome(id, told.Deployment, told.Entity ?? "", value, observedAt, told.Correction);
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
