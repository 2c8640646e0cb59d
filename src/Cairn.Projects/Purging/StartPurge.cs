using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Purging;

/// <summary>POST /api/v1/bin/purge: removes what was deleted for good, in the background.</summary>
internal sealed class StartPurge(RecycleBin bin, FlowRuns flows, TimeProvider clock)
{
    private const int MostSubjects = 1000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/bin/purge", Handle)
        .WithName(nameof(StartPurge)).WithSummary("Remove what is in the bin for good, with the files that nothing else names; dry_run only says what would go").WithTags("Bin")
        .WithDescription("Starts a flow run. What it has begun is gone for everybody at once and cannot be restored; cancelled, the rest stays in the bin. Killed, it goes on when the server is back.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.SystemManage).Mutates();

    /// <summary>As the endpoint, for who may.</summary>
    public async Task<Answer<FlowRunWire>> Start(Caller caller, PurgeRequest asked, CancellationToken cancellation)
    {
        if (asked.Subjects is { } subjects)
        {
            if (subjects.Count is 0 or > MostSubjects || subjects.Any(subject => subject is null))
                return new Refusal.Invalid("bin.subjects-invalid", $"{subjects.Count} subjects were given. Give 1 to {MostSubjects}, as GET /api/v1/bin names them, or leave them out to purge all.");
            if (await bin.Check(caller.Workspace, subjects, cancellation) is { } refusal) return refusal;
        }

        // What is deleted from here on was not meant.
        var parameters = new PurgeParameters(asked with { DeletedBefore = Math.Min(asked.DeletedBefore ?? long.MaxValue, clock.Micros()) });
        return await flows.Start(caller, PurgeParameters.Flow, parameters.Subject, parameters.Write(), cancellation);
    }

    private static async Task<Results<Accepted<FlowRunWire>, ProblemHttpResult>> Handle(PurgeRequest request, StartPurge purge, Caller caller, CancellationToken cancellation)
    {
        var started = await purge.Start(caller, request, cancellation);
        return started.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Accepted($"/api/v1/flow-runs/{started.Value.FlowRunId}", started.Value);
    }
}
