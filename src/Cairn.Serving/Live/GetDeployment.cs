using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Live;

/// <summary>GET /api/v1/deployments/{name}: with the inputs a request has to carry.</summary>
internal static class GetDeployment
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/deployments/{name}", Handle)
        .WithName(nameof(GetDeployment)).WithSummary("Show a deployment and what a request has to carry").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.DeploymentsRead);

    private static Results<Ok<DeploymentWire>, ProblemHttpResult> Handle(string name, Caller caller, LiveDeployments live) =>
        live.Find(caller.Workspace, name) is var found && found.Refusal is { } missing ? missing.ToProblem() : TypedResults.Ok(found.Value.ToWire(withInputs: true));
}
