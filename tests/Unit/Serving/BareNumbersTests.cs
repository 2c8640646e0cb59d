using System.Text;
using Cairn.Serving.Protocols;

namespace Cairn.Unit.Tests.Serving;

public class BareNumbersTests
{
    [Theory]
    [InlineData("[NaN]", "[null]")]
    [InlineData("NaN", "null")]
    [InlineData("[NaN,NaN, -NaN]", "[null,null, -null]")]
    [InlineData("{\"a\":Infinity,\"b\":-Infinity}", "{\"a\":1e999,\"b\":-1e999}")]
    [InlineData("[\"NaN\", \"a \\\" NaN\", NaN, \"\\\\\", NaN]", "[\"NaN\", \"a \\\" NaN\", null, \"\\\\\", null]")]
    [InlineData("[NaN, \"NaN", "[null, \"NaN")]
    [InlineData("[NaN, \"NaN\\", "[null, \"NaN\\")]
    [InlineData("[Nothing, NaN, Inf]", "[Nothing, null, Inf]")]
    [InlineData("\"Infinity\"", "\"Infinity\"")]
    [InlineData("[1, 2]", "[1, 2]")]
    [InlineData("", "")]
    public void Numbers_that_JSON_has_not_are_replaced_outside_of_texts(string json, string replaced) =>
        Encoding.UTF8.GetString(BareNumbers.Replace(Encoding.UTF8.GetBytes(json))).ShouldBe(replaced);

    [Fact]
    public void Many_of_them_have_room()
    {
        var json = $"[{string.Join(',', Enumerable.Repeat("NaN", 5000))}]";

        Encoding.UTF8.GetString(BareNumbers.Replace(Encoding.UTF8.GetBytes(json))).ShouldBe(json.Replace("NaN", "null", StringComparison.Ordinal));
    }
}
