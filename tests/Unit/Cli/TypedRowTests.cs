using System.Text;
using System.Text.Json;
using Cairn.Cli.Csv;
using Cairn.Client.Wire;

namespace Cairn.Unit.Tests.Cli;

/// <summary>A file is scored as it would be snapshotted: what training read as missing, true or a time is sent as such.</summary>
public class TypedRowTests
{
    [Theory]
    [InlineData("number", " 12.50 ", "12.5")]
    [InlineData("number", "NA", "null")]
    [InlineData("number", "1,000", "\"1,000\"")]
    [InlineData("integer", "007", "7")]
    [InlineData("boolean", "Yes", "true")]
    [InlineData("boolean", "0", "false")]
    [InlineData("boolean", "n/a", "null")]
    [InlineData("boolean", "maybe", "\"maybe\"")]
    [InlineData("category", " Month ", "\"Month\"")]
    [InlineData("category", "NA", "\"NA\"")]
    [InlineData("category", " ", "null")]
    [InlineData("timestamp", "2017-10-01 08:30:00", "\"2017-10-01T08:30:00\"")]
    [InlineData("timestamp", "01.10.2017", "\"2017-10-01T00:00:00\"")]
    [InlineData("timestamp", "2017-10-01T08:30:00Z", "\"2017-10-01T08:30:00Z\"")]
    public void A_text_becomes_what_a_snapshot_would_read(string type, string text, string expected)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            TypedRow.Write(json, ["x", "other"], [text, "left out"], new Dictionary<string, InputFieldWire>(StringComparer.Ordinal) { ["x"] = new("x", type, false, null, null, null) });

        Encoding.UTF8.GetString(buffer.ToArray()).ShouldBe($"{{\"x\":{expected}}}");
    }
}
