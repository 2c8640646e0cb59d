using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Experiments;

/// <summary>GET /api/v1/experiments/{experiment}: by id or by name.</summary>
internal static class GetExperiment
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/experiments/{experiment}", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(GetExperiment)).WithSummary("One experiment, by id or by name; deleted ones too").WithTags("Experiments")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<ExperimentWire>, ProblemHttpResult>> Handle(
        string experiment, Caller caller, Database database, DefaultExperiment defaults, CancellationToken cancellation)
    {
        await defaults.Ensure(caller.Workspace, cancellation);
        var answer = await database.Read<Answer<ExperimentWire>>(
            transaction =>
            {
                var found = ExperimentTable.Require(transaction, caller.Workspace, experiment);
                return found.Refusal is { } refusal ? refusal : ExperimentTable.ToWire(transaction, caller.Workspace, [found.Value])[0];
            },
            cancellation);
        return answer.ToOk();
    }
}
