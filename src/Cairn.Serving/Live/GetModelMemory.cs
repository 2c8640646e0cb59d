using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Live;

/// <summary>GET /api/v1/model-memory: which of the deployments are in it, their list says.</summary>
internal static class GetModelMemory
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/model-memory", Handle)
        .WithName(nameof(GetModelMemory)).WithSummary("Show what the models in memory take, and what they may").WithTags("Serving")
        .Requires(Permission.DeploymentsRead);

    private static Ok<ModelMemoryWire> Handle(LoadedPackages loaded) => TypedResults.Ok(loaded.Read());
}
