using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Truth;

namespace Cairn.Unit.Tests.Serving;

public class NewOutcomeTests
{
    private static readonly long Now = Time.ToMicros(new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero));
    private static readonly NewOutcomeWire Good = new() { Entity = "ada", Value = "Yes", ObservedAt = "2026-11-25T11:00:00Z" };

    [Fact]
    public void What_is_well_formed_is_taken() =>
        NewOutcome.Read(Good, TimeZoneInfo.Utc, Now).Value.ShouldBe(new NewOutcome(null, null, "ada", "Yes", Now - 3_600_000_000, false));

    public static TheoryData<string, NewOutcomeWire> Bad => new()
    {
        { "outcome.subject", Good with { Entity = null } },
        { "outcome.subject", Good with { PredictionId = "01a1fd62a1bc7d33b4bf2c15543693b4" } },
        { "prediction.id-invalid", Good with { Entity = null, PredictionId = "x" } },
        { "prediction.id-invalid", Good with { Entity = null, PredictionId = "01a1fd62a1bc4d33b4bf2c15543693b4" } },
        { "outcome.entity-invalid", Good with { Entity = "" } },
        { "outcome.entity-invalid", Good with { Entity = new string('x', 201) } },
        { "outcome.entity-invalid", Good with { Entity = "a\0" } },
        { "outcome.value-missing", Good with { Value = null } },
        { "outcome.value-missing", Good with { Value = "a\0" } },
        { "outcome.time-missing", Good with { ObservedAt = null } },
        { "outcome.time-invalid", Good with { ObservedAt = "soon" } },
        { "outcome.time-ahead", Good with { ObservedAt = "2026-11-25T12:05:01Z" } },
        { "outcome.time-ahead", Good with { ObservedAt = "2026-11-26" } },
    };

    [Theory, MemberData(nameof(Bad))]
    public void What_is_not_is_refused(string code, NewOutcomeWire told) => NewOutcome.Read(told, TimeZoneInfo.Utc, Now).Refusal!.Code.ShouldBe(code);

    [Theory]
    [InlineData("2026-11-25T12:05:00Z")]
    [InlineData("2026-11-25")]
    public void A_clock_that_is_ahead_a_little_and_the_day_that_is_not_over_are_taken(string observedAt) =>
        NewOutcome.Read(Good with { ObservedAt = observedAt }, TimeZoneInfo.Utc, Now).Refusal.ShouldBeNull();
}
