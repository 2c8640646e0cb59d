using System.Net;
using Cairn.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Access;

public class TimeLimitTests
{
    private bool _wasCancelled;

    [Theory]
    [InlineData("GET", "/read")]
    [InlineData("POST", "/question")]
    public async Task A_read_or_a_question_that_takes_too_long_is_cancelled_and_given_up(string method, string path)
    {
        await using var host = await Start();

        var answer = await host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        await answer.ShouldBeProblem(HttpStatusCode.GatewayTimeout, "request.timeout");
        _wasCancelled.ShouldBeTrue();
    }

    [Theory]
    [InlineData("/change")]
    [InlineData("/write")]
    public async Task What_changes_something_is_finished_however_long_it_takes(string path)
    {
        await using var host = await Start();

        (await host.Http.PostAsync(path, null)).StatusCode.ShouldBe(HttpStatusCode.OK);

        _wasCancelled.ShouldBeFalse();
    }

    [Fact]
    public async Task A_download_that_has_begun_takes_as_long_as_it_takes()
    {
        await using var host = await Start();

        (await host.Http.GetStringAsync("/download")).ShouldBe("first second");
    }

    [Fact]
    public async Task A_fault_is_no_timeout()
    {
        await using var host = await Start();

        await (await host.Http.GetAsync("/cancels-itself")).ShouldBeProblem(HttpStatusCode.InternalServerError, "server.fault");
    }

    private Task<EndpointHost> Start() => EndpointHost.Start(
        routes =>
        {
            routes.MapGet("/read", Endless).Requires(Permission.DataRead);
            routes.MapPost("/question", Endless).Requires(Permission.DataRead).StoresNothing();
            routes.MapPost("/change", Slow).Requires(Permission.DataWrite).Mutates();
            routes.MapPost("/write", Slow).Requires(Permission.DataWrite).DataPlane();
            routes.MapGet("/cancels-itself", string () => throw new OperationCanceledException()).Requires(Permission.DataRead);
            routes.MapGet("/download", async (HttpContext context) =>
            {
                context.Response.ContentType = "text/plain";
                await context.Response.WriteAsync("first ");
                await context.Response.Body.FlushAsync();
                await Slow(context.RequestAborted);
                await context.Response.WriteAsync("second");
            }).Requires(Permission.DataRead);
        },
        services: services => services.AddSingleton(new LimitOptions { RequestTime = TimeSpan.FromMilliseconds(100) }));

    private Task<string> Slow(CancellationToken cancellation) => Wait(TimeSpan.FromMilliseconds(400), cancellation);

    /// <summary>Ends only when it is cancelled: on a busy machine the limit's timer may come late, and a short wait would be over before it.</summary>
    private Task<string> Endless(CancellationToken cancellation) => Wait(Timeout.InfiniteTimeSpan, cancellation);

    private async Task<string> Wait(TimeSpan time, CancellationToken cancellation)
    {
        try
        {
            await Task.Delay(time, cancellation);
            return "done";
        }
        catch (OperationCanceledException)
        {
            _wasCancelled = true;
            throw;
        }
    }
}
