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

    private static async Task<Results<Ok<DeploymentWire>, ProblemHttpResult>> Handle(string name, Caller caller, LiveDeployments live, CancellationToken cancellation)
    {
        var found = live.Find(caller.Workspace, name);
        if (found.Refusal is { } missing) return missing.ToProblem();
        await found.Value.Wake(cancellation); // the model knows its inputs
        return TypedResults.Ok(found.Value.ToWire(withInputs: true));
    }
}
