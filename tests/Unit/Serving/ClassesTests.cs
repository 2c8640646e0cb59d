using Cairn.Serving.Truth;

namespace Cairn.Unit.Tests.Serving;

public class ClassesTests
{
    [Theory]
    [InlineData("Yes", "No", "Yes", "Yes")]
    [InlineData("Yes", "No", " yes ", "Yes")]
    [InlineData("Yes", "No", "true", "Yes")]
    [InlineData("Yes", "No", "0", "No")]
    [InlineData("1", "0", "1.0", "1")]
    [InlineData("true", "false", "F", "false")]
    [InlineData("Gold", "not Gold", "not Gold", "not Gold")]
    [InlineData("Gold", "not Gold", "Silver", null)]
    [InlineData("Yes", "No", "maybe", null)]
    [InlineData("a", "A", "a", "a")]
    [InlineData("b", "B", " b", "b")]
    [InlineData("yes", "true", "1", null)]
    public void A_value_means_a_class(string positive, string negative, string value, string? expected) => new Classes(positive, negative).Find(value).ShouldBe(expected);
}
