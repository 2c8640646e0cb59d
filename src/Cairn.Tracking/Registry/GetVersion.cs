using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>GET /api/v1/models/{model}/versions/{version}</summary>
internal static class GetVersion
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/models/{model}/versions/{version:long}", Handle)
        .Requires(Permission.ModelsRead)
        .WithName(nameof(GetVersion)).WithSummary("One version with its aliases, tags and gate verdict").WithTags("Models")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<ModelVersionWire>, ProblemHttpResult>> Handle(
        string model, long version, Caller caller, Database database, CancellationToken cancellation)
    {
        var answer = await database.Read<Answer<ModelVersionWire>>(
            transaction =>
            {
                var found = VersionTable.Require(transaction, caller.Workspace, model, version);
                return found.Refusal is { } refusal ? refusal : VersionTable.ToWire(transaction, caller.Workspace, found.Value);
            },
            cancellation);
        return answer.ToOk();
    }
}
