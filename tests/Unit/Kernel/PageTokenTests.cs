namespace Cairn.Unit.Tests;

public class PageTokenTests
{
    [Fact]
    public void A_token_gives_back_its_key() => Cairn.Kernel.PageToken.Read(Cairn.Kernel.PageToken.Write("a/ü?")).Value.ShouldBe("a/ü?");
}
