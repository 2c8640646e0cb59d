using System.Globalization;
using Cairn.Kernel;
using Cairn.Serving.Truth;

namespace Cairn.Unit.Tests.Serving;

public class MomentTests
{
    [Theory]
    [InlineData("1764072000000000", "2025-11-25T12:00:00Z")]
    [InlineData("2025-11-25T12:00:00Z", "2025-11-25T12:00:00Z")]
    [InlineData("2025-11-25T12:00:00.123456Z", "2025-11-25T12:00:00.123456Z")]
    [InlineData("2025-11-25T12:00:00+05:30", "2025-11-25T06:30:00Z")]
    [InlineData("2025-11-25T12:00:00", "2025-11-25T12:00:00Z")]
    [InlineData("2025-11-25 12:00", "2025-11-25T12:00:00Z")]
    [InlineData("2025-11-25 12:00:00.5+01", "2025-11-25T11:00:00.5Z")]
    [InlineData("2025-11-25", "2025-11-25T23:59:59.999999Z")]
    public void A_time_is_read(string text, string expected) =>
        Moment.Read(text, TimeZoneInfo.Utc)!.Value.Micros.ShouldBe(Time.ToMicros(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("2025-07-01T12:00:00", "2025-07-01T10:00:00Z")]
    [InlineData("2025-12-01T12:00:00", "2025-12-01T11:00:00Z")]
    [InlineData("2025-12-01T12:00:00Z", "2025-12-01T12:00:00Z")]
    [InlineData("2025-03-30T02:30:00", "2025-03-30T00:30:00Z")]
    [InlineData("2025-12-01", "2025-12-01T22:59:59.999999Z")]
    public void A_time_that_does_not_say_is_of_the_zone(string text, string expected) =>
        Moment.Read(text, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"))!.Value.Micros.ShouldBe(Time.ToMicros(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("25.11.2025")]
    [InlineData("11/25/2025")]
    [InlineData("2025-13-01")]
    [InlineData("-5")]
    [InlineData("99999999999999999999")]
    [InlineData("1960-01-01")]
    [InlineData("12:30")]
    public void What_is_no_time_is_not_guessed(string text) => Moment.Read(text, TimeZoneInfo.Utc).ShouldBeNull();
}
