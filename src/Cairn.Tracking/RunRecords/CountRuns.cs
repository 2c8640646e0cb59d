using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Experiments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.RunRecords;

/// <summary>GET /api/v1/runs/count</summary>
internal static class CountRuns
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/runs/count", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(CountRuns)).WithTags("Runs")
        .WithSummary("Count the runs that a list with the same experiment, status, name, view and filter would have; most=1000 stops there and says whether there are more")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<RunCountWire>, ProblemHttpResult>> Handle(
        [AsParameters] AskedRuns asked, long? most, Caller caller, Database database, DefaultExperiment defaults, CancellationToken cancellation)
    {
        var which = asked.Read(caller.Workspace);
        if (which.Refusal is { } refusal) return refusal.ToProblem();
        if (most < 1) return new Refusal.Invalid("request.limit", $"most={most} was asked; it is 1 or more. Leave it out to count all.").ToProblem();

        await defaults.Ensure(caller.Workspace, cancellation);
        var count = await database.Read<Answer<RunCountWire>>(
            transaction =>
            {
                var resolved = asked.Resolve(transaction, which.Value);
                return resolved.Refusal is { } unknown ? unknown : Count(transaction, resolved.Value, most);
            },
            cancellation);
        return count.ToOk();
    }

    private static RunCountWire Count(ReadTransaction transaction, RunSelection which, long? most)
    {
        var counted = which.Finder(transaction).Count(most is < long.MaxValue ? most + 1 : null);
        return most < counted ? new(most.Value, More: true) : new(counted, More: false);
    }
}
