using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Projects.Files;
using Cairn.Projects.Revisions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Planning;

/// <summary>POST /api/v1/projects/plan: what a run of these files would do, step by step, and why. Changes nothing.</summary>
internal static class PlanProject
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/projects/plan", Handle)
        .WithName(nameof(PlanProject)).WithSummary("Show what a run would do, and why")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.ProjectsRead).StoresNothing();

    private static async Task<Results<Ok<PlanWire>, ProblemHttpResult>> Handle(
        ProjectFiles project, ProjectReader reader, Planner planner, Caller caller, CancellationToken cancellation)
    {
        if (ProjectRevisions.Check(project) is { } wrong) return wrong.ToProblem();
        var read = await reader.Read(project.Folder, project.Files, cancellation);
        return read.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Ok(await planner.Plan(caller.Workspace, project, read.Value, cancellation));
    }
}
