using System.Net;
using Cairn.Api.Tests.Server;

namespace Cairn.Api.Tests.Access;

/// <summary>Loopback is open to every page the browser on this machine shows; these are the doors.</summary>
public class BrowserGuardTests
{
    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8080")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("10.0.0.1")]
    public async Task A_host_name_that_was_pointed_here_is_refused(string host)
    {
        await using var home = await TestHome.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/about");
        request.Headers.Host = host;

        var answer = await home.Http.SendAsync(request);

        await answer.ShouldBeProblem(HttpStatusCode.Forbidden, "access.host-unknown");
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:99")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:8080")]
    public async Task The_names_of_loopback_are_answered(string host)
    {
        await using var home = await TestHome.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/about");
        request.Headers.Host = host;

        (await home.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "http://localhost:1")]
    [InlineData("Origin", "null")]
    public async Task A_page_of_another_site_may_not_change_anything(string header, string value)
    {
        await using var home = await TestHome.Start();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/stop");
        request.Headers.Add(header, value);

        var answer = await home.Http.SendAsync(request);

        await answer.ShouldBeProblem(HttpStatusCode.Forbidden, "access.cross-site");
        home.Server.WaitForShutdown(default).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_page_of_this_server_may_and_so_may_a_program()
    {
        await using var home = await TestHome.Start();
        var own = home.Server.Url!.GetLeftPart(UriPartial.Authority);
        (string Name, string Value)[][] allowed = [[], [("Origin", own)], [("Origin", own), ("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", "none")]];

        foreach (var headers in allowed)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/experiments") { Content = System.Net.Http.Json.JsonContent.Create(new { name = Path.GetRandomFileName() }) };
            foreach (var (name, value) in headers) request.Headers.Add(name, value);

            (await home.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Created);
        }
    }
}
