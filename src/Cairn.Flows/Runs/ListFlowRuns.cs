using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Flows.Runs;

/// <summary>GET /api/v1/flow-runs: newest first, of one subject or of all.</summary>
internal static class ListFlowRuns
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/flow-runs", Handle)
        .WithName(nameof(ListFlowRuns)).WithSummary("List flow runs, newest first")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .Requires(Permission.ProjectsRead);

    private static async Task<Results<Ok<Page<FlowRunWire>>, ProblemHttpResult>> Handle(
        FlowRuns runs, Caller caller, string? subject, int? limit, string? page_token, CancellationToken cancellation)
    {
        var page = PageSize.Of(limit);
        if (page.Refusal is { } wrongSize) return wrongSize.ToProblem();
        var size = page.Value;
        string? before = null;
        if (page_token is not null)
        {
            var read = PageToken.Read(page_token);
            if (read.Refusal is { } refused) return refused.ToProblem();
            before = read.Value;
        }

        var found = await runs.List(caller.Workspace, subject, before, size + 1, cancellation);
        return TypedResults.Ok(new Page<FlowRunWire>(
            [.. found.Take(size)], found.Count > size ? PageToken.Write(found[size - 1].FlowRunId) : null));
    }
}
