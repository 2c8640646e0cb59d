using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Live;

/// <summary>GET /api/v1/deployments: by name; <c>name</c> is a part of it, in any case.</summary>
internal static class ListDeployments
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/deployments", Handle)
        .WithName(nameof(ListDeployments)).WithSummary("List deployments and what they serve; name asks for those that have that part in theirs, in any case").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .Requires(Permission.DeploymentsRead);

    private static Results<Ok<Page<DeploymentWire>>, ProblemHttpResult> Handle(Caller caller, LiveDeployments live, TimeProvider clock, string? name = null, int limit = 100, string? page_token = null)
    {
        if (PageSize.Of(limit).Refusal is { } wrongSize) return wrongSize.ToProblem();

        var after = "";
        if (page_token is not null)
        {
            var read = PageToken.Read(page_token);
            if (read.Refusal is { } refusal) return refusal.ToProblem();
            after = read.Value;
        }

        var rest = live.Of(caller.Workspace)
            .Where(deployment => string.CompareOrdinal(deployment.Row.Name, after) > 0 && (name is null || deployment.Row.Name.Contains(name, StringComparison.OrdinalIgnoreCase))).Take(limit + 1)
            .Select(deployment => deployment.ToWire() with { Memory = deployment.Memory(clock) }).ToList();
        return rest.Count <= limit
            ? TypedResults.Ok(new Page<DeploymentWire>(rest))
            : TypedResults.Ok(new Page<DeploymentWire>(rest[..limit], PageToken.Write(rest[limit - 1].Name)));
    }
}
