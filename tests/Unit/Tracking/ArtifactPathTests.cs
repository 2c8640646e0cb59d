using Cairn.Tracking.Artifacts;

namespace Cairn.Unit.Tests.Tracking;

public class ArtifactPathTests
{
    [Theory]
    [InlineData("roc.json")]
    [InlineData("evaluation/roc.json")]
    [InlineData("a b/größe (1).png")]
    [InlineData(".hidden/..twodots")]
    [InlineData("100%.txt")]
    [InlineData("50%20off.txt")]
    [InlineData("gr%c3%b6sse.txt")]
    public void A_plain_path_is_taken_as_it_is(string path) => ArtifactPath.Parse(path).Value.ShouldBe(path);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/./x")]
    [InlineData("a//x")]
    [InlineData("a/")]
    [InlineData("a\\..\\x")]
    [InlineData("C:/x")]
    [InlineData("c:x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("%2e%2e/x")]
    [InlineData("%2E%2E%2Fx")]
    [InlineData("..%2fx")]
    [InlineData("%252e%252e%252fx")]
    [InlineData("%25252e%25252e/x")]
    [InlineData("%2fetc/passwd")]
    [InlineData("%5c..%5cx")]
    [InlineData("a%00b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("%c0%ae%c0%ae/x")]
    [InlineData("..%c0%afx")]
    [InlineData("\uFF0E\uFF0E/x")]
    [InlineData("\u2025/x")]
    [InlineData("a\uFF0F..\uFF0Fx")]
    [InlineData("%EF%BC%8E%EF%BC%8E/x")]
    [InlineData(". ./x/ .. /y")]
    public void A_path_that_could_leave_its_folder_in_any_reading_is_refused(string? path) =>
        ArtifactPath.Parse(path).Refusal!.Code.ShouldBe("artifact.path-invalid");

    [Fact]
    public void Half_a_character_is_refused() => ArtifactPath.Parse("a\ud800").Refusal!.Code.ShouldBe("artifact.path-invalid");
}
