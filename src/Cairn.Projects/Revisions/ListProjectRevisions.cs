using System.Globalization;
using System.Text.Json;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Revisions;

/// <summary>GET /api/v1/projects/{name}/revisions: newest first.</summary>
internal static class ListProjectRevisions
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/projects/{name}/revisions", Handle)
        .WithName(nameof(ListProjectRevisions)).WithSummary("List the revisions of a project, newest first")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.ProjectsRead);

    private static async Task<Results<Ok<Page<ProjectRevisionWire>>, ProblemHttpResult>> Handle(
        string name, ProjectTables tables, Caller caller, int? limit, string? page_token, CancellationToken cancellation)
    {
        var page = PageSize.Of(limit);
        if (page.Refusal is { } wrongSize) return wrongSize.ToProblem();
        if (await tables.Find(caller.Workspace, name, cancellation) is null) return GetProject.Unknown(name).ToProblem();
        (long, string)? before = null;
        if (page_token is not null)
        {
            var read = PageToken.Read(page_token);
            if (read.Refusal is { } refused) return refused.ToProblem();
            if (read.Value.Split('/') is not [var time, var revision] || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var micros))
                return PageToken.OfAnotherList(page_token).ToProblem();
            before = (micros, revision);
        }

        var size = page.Value;
        var rows = await tables.Revisions(caller.Workspace, name, before, size + 1, cancellation);
        return TypedResults.Ok(new Page<ProjectRevisionWire>(
            [.. rows.Take(size).Select(r => new ProjectRevisionWire(r.Revision, r.CreatedAt, r.Caller, JsonSerializer.Deserialize<Dictionary<string, string>>(r.Files)!))],
            rows.Count > size ? PageToken.Write($"{rows[size - 1].CreatedAt}/{rows[size - 1].Revision}") : null));
    }
}
