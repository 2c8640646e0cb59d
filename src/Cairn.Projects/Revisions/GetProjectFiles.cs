using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Revisions;

/// <summary>GET /api/v1/projects/{name}/files: the texts of the current revision, or of the one that is named.</summary>
internal static class GetProjectFiles
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/projects/{name}/files", Handle)
        .WithName(nameof(GetProjectFiles)).WithSummary("The files of a project's revision")
        .WithDescription("As they were sent. A plan or a run takes them as they come from here.")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.ProjectsRead);

    private static async Task<Results<Ok<RevisionFilesWire>, ProblemHttpResult>> Handle(
        string name, ProjectTables tables, ProjectRevisions revisions, Caller caller, CancellationToken cancellation, string? revision = null)
    {
        if (await tables.Find(caller.Workspace, name, cancellation) is not { } project) return GetProject.Unknown(name).ToProblem();
        var asked = revision ?? project.Revision;
        if (await tables.FindRevision(caller.Workspace, name, asked, cancellation) is not { } found)
            return new Refusal.Missing("project.revision-unknown", $"{name} has no revision {asked}. GET /api/v1/projects/{name}/revisions lists them.").ToProblem();
        return TypedResults.Ok(new RevisionFilesWire(
            name, asked, found.CreatedAt, found.Caller, new(project.Folder, await revisions.Load(caller.Workspace, name, asked, cancellation))));
    }
}
