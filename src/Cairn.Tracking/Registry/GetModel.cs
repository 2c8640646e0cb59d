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

/// <summary>GET /api/v1/models/{model}</summary>
internal static class GetModel
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/models/{model}", Handle)
        .Requires(Permission.ModelsRead)
        .WithName(nameof(GetModel)).WithSummary("One model with its tags, aliases and champion").WithTags("Models")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<ModelWire>, ProblemHttpResult>> Handle(string model, Caller caller, Database database, CancellationToken cancellation)
    {
        var answer = await database.Read<Answer<ModelWire>>(
            transaction =>
            {
                var found = ModelTable.Require(transaction, caller.Workspace, model);
                return found.Refusal is { } refusal ? refusal : ModelTable.ToWire(transaction, caller.Workspace, [found.Value])[0];
            },
            cancellation);
        return answer.ToOk();
    }
}
