using Microsoft.AspNetCore.Http.HttpResults;
using Cairn.Access;
using Cairn.Serving.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Protocols;

/// <summary>GET /v2/health/live, /v2/health/ready and /v2/models/{name}[/versions/{version}]/ready: the probes of the Open Inference Protocol.</summary>
internal static class InferenceHealth
{
    public sealed record ServerLive(bool Live);

    public sealed record ServerReady(bool Ready);

    public sealed record ModelReady(string Name, bool Ready);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v2/health/live", () => TypedResults.Ok(new ServerLive(true)))
            .WithName("InferenceLive").WithSummary("Whether the process answers at all, for clients of the Open Inference Protocol").WithTags("Protocols").Anonymous();
        routes.MapGet("/v2/health/ready", Ready)
            .WithName("InferenceReady").WithSummary("Whether every deployment serves, for clients of the Open Inference Protocol").WithTags("Protocols").Anonymous();
        Describe(routes.MapGet("/v2/models/{name}/ready", Model).WithName("InferenceModelReady").WithSummary("Whether a deployment serves, for clients of the Open Inference Protocol"));
        Describe(routes.MapGet("/v2/models/{name}/versions/{version}/ready", Model).WithName("InferenceVersionReady").WithSummary("Whether a deployment serves that version, for clients of the Open Inference Protocol"));

        // What the protocol has and this server has not, such as its repository extension: said in its shape.
        routes.Map("/v2/{**rest}", Nothing).Anonymous().StoresNothing().ErrorsAs(InferenceError.Of).ExcludeFromDescription();
    }

    private static void Describe(RouteHandlerBuilder route) => route.WithTags("Protocols").Produces<ModelReady>().Requires(Permission.DeploymentsRead).ErrorsAs(InferenceError.Of);

    private static JsonHttpResult<ServerReady> Ready(LiveDeployments live)
    {
        var ready = live.All.All(deployment => deployment.Serves);
        return TypedResults.Json(new ServerReady(ready), statusCode: StatusOf(ready));
    }

    private static Task Model(string name, Caller caller, HttpContext context, LiveDeployments live, string? version = null)
    {
        var found = live.Find(caller.Workspace, name);
        if (found.Refusal is { } missing) return context.Refuse(missing);
        var served = found.Value.Champion.Version;
        if (version is not null && served is not null && version != served.ToString()) return context.Refuse(InferenceError.NoVersion(name, version, served.Value));
        context.Response.StatusCode = StatusOf(served is not null);
        return context.Response.WriteAsJsonAsync(new ModelReady(name, served is not null), context.RequestAborted);
    }

    private static void Nothing(HttpContext context) => context.Response.StatusCode = StatusCodes.Status404NotFound;

    private static int StatusOf(bool ready) => ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
}
