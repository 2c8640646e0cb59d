using Cairn.Access;
using Cairn.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cairn.Api.Tests.Access;

public class DeprecationTests
{
    private static readonly DateOnly Since = new(2027, 1, 1), Sunset = new(2027, 7, 1);

    [Fact]
    public async Task A_deprecated_endpoint_answers_as_before_and_says_since_when_until_when_and_what_to_use()
    {
        await using var host = await EndpointHost.Start(routes =>
        {
            routes.MapGet("/cups/{name}", (string name) => name).Requires(Permission.DataRead).Deprecated(Since, Sunset, "/mugs/{name}/now");
            routes.MapGet("/mugs/{name}/now", (string name) => name).Requires(Permission.DataRead);
        });

        var old = await host.Http.GetAsync("/cups/a%20b");
        var successor = await host.Http.GetAsync("/mugs/a%20b/now");

        (await old.Content.ReadAsStringAsync()).ShouldBe("a b");
        old.Headers.GetValues("Deprecation").ShouldBe(["@1798761600"]);
        old.Headers.GetValues("Sunset").ShouldBe(["Thu, 01 Jul 2027 00:00:00 GMT"]);
        old.Headers.GetValues("Link").ShouldBe(["</mugs/a%20b/now>; rel=\"successor-version\""]);
        foreach (var header in (string[])["Deprecation", "Sunset", "Link"]) successor.Headers.Contains(header).ShouldBeFalse();
    }

    [Fact]
    public async Task A_refusal_of_a_deprecated_endpoint_says_so_too()
    {
        await using var host = await EndpointHost.Start(routes =>
            routes.MapGet("/cups", IResult () => new Kernel.Refusal.Missing("test.none", "None.").ToProblem()).Requires(Permission.DataRead).Deprecated(Since, Sunset, "/mugs"));

        var answer = await host.Http.GetAsync("/cups");

        await answer.ShouldBeProblem(System.Net.HttpStatusCode.NotFound, "test.none");
        answer.Headers.Contains("Deprecation").ShouldBeTrue();
    }

    [Fact]
    public async Task The_description_of_the_API_marks_it()
    {
        await using var host = await EndpointHost.Start(
            routes =>
            {
                routes.MapGet("/cups", () => "").Requires(Permission.DataRead).Deprecated(Since, Sunset, "/mugs");
                routes.MapGet("/mugs", () => "").Requires(Permission.DataRead);
                ((WebApplication)routes).UseDescription();
            },
            services: services => services.AddDescription());

        using var document = System.Text.Json.JsonDocument.Parse(await host.Http.GetStringAsync("/openapi/v1.json"));

        var paths = document.RootElement.GetProperty("paths");
        paths.GetProperty("/cups").GetProperty("get").GetProperty("deprecated").GetBoolean().ShouldBeTrue();
        paths.GetProperty("/mugs").GetProperty("get").TryGetProperty("deprecated", out _).ShouldBeFalse();
    }

    [Fact]
    public void Nothing_is_taken_away_at_short_notice() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new RouteHandlerBuilder([]).Deprecated(Since, Since.AddDays(179), "/mugs"));
}
