namespace Cairn.Api.Tests.Server;

public class AboutTests
{
    [Fact]
    public async Task About_says_what_the_server_is_and_as_whom_one_speaks_to_it()
    {
        await using var home = await TestHome.Start();

        var about = await home.Client.AboutAsync();

        about.Home.ShouldBe(home.Home);
        about.Database.ShouldBe("sqlite");
        about.Caller.ShouldBe("local-admin");
        about.Workspace.ShouldBe("default");
        about.Url.ShouldBe(home.Server.Url!.GetLeftPart(UriPartial.Authority));
        about.Version.ShouldBe("0.1.0");
    }
}
