using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Traffic;

/// <summary>GET /api/v1/deployments/{name}/traffic</summary>
internal static class GetTraffic
{
    private const int Usual = 60;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/deployments/{name}/traffic", Handle)
        .WithName(nameof(GetTraffic))
        .WithSummary("Show what the variants of a deployment did over the last minutes in the process that is asked: minutes, 1 to 360 (default: 60); up to 10 by tens of seconds, more by minutes").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.DeploymentsRead);

    private static Results<Ok<TrafficWire>, ProblemHttpResult> Handle(string name, Caller caller, LiveDeployments live, TimeProvider clock, int minutes = Usual)
    {
        var found = live.Find(caller.Workspace, name);
        if (found.Refusal is { } unknown) return unknown.ToProblem();
        if (minutes is < 1 or > TrafficHistory.MostMinutes)
            return new Refusal.Invalid("request.range", $"minutes={minutes} was asked; 1 to {TrafficHistory.MostMinutes} are kept. The prediction log has what was before: GET /api/v1/deployments/{name}/variants/logged.").ToProblem();

        return TypedResults.Ok(found.Value.Traffic.Read(name, minutes, clock.Micros()));
    }
}
