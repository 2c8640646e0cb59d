using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Revisions;

/// <summary>GET /api/v1/projects: by name; <c>name</c> is a part of it, in any case.</summary>
internal static class ListProjects
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/projects", Handle)
        .WithName(nameof(ListProjects)).WithSummary("List projects by name; name asks for those that have that part in theirs, in any case")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .Requires(Permission.ProjectsRead);

    private static async Task<Results<Ok<Page<ProjectWire>>, ProblemHttpResult>> Handle(
        ProjectTables tables, ProjectView view, Caller caller, string? name, int? limit, string? page_token, CancellationToken cancellation)
    {
        var page = PageSize.Of(limit);
        if (page.Refusal is { } wrongSize) return wrongSize.ToProblem();
        var size = page.Value;
        string? after = null;
        if (page_token is not null)
        {
            var read = PageToken.Read(page_token);
            if (read.Refusal is { } refused) return refused.ToProblem();
            after = read.Value;
        }

        var rows = await tables.List(caller.Workspace, name, after, size + 1, cancellation);
        var projects = new List<ProjectWire>();
        foreach (var row in rows.Take(size)) projects.Add(await view.Of(caller.Workspace, row, cancellation));
        return TypedResults.Ok(new Page<ProjectWire>(projects, rows.Count > size ? PageToken.Write(rows[size - 1].Name) : null));
    }
}
