using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Revisions;

/// <summary>GET /api/v1/projects/{name}</summary>
internal static class GetProject
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/projects/{name}", Handle)
        .WithName(nameof(GetProject)).WithSummary("Show a project, its champion and its latest run")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.ProjectsRead);

    private static async Task<Results<Ok<ProjectWire>, ProblemHttpResult>> Handle(
        string name, ProjectTables tables, ProjectView view, Caller caller, CancellationToken cancellation) =>
        await tables.Find(caller.Workspace, name, cancellation) is { } row
            ? TypedResults.Ok(await view.Of(caller.Workspace, row, cancellation))
            : Unknown(name).ToProblem();

    public static Refusal.Missing Unknown(string name) =>
        new("project.unknown", $"No project is named {name}. A project is known once it was run: `cairn run FOLDER`; GET /api/v1/projects lists them.");
}
