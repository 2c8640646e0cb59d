using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Projects;

/// <summary>GET /projects/{name}: its files and whether they hold, what a run would do, the history of runs and promotions. <c>revision=</c> shows an earlier one.</summary>
internal static class ShowProject
{
    private const int RunsShown = 20, MovesShown = 20, RevisionsShown = 20;

    public static void Map(PageRoutes routes) => routes.Get("/projects/{name}", request => Page(request, null));

    /// <param name="problem">Why a run was not begun.</param>
    public static async Task<IResult> Page(PageRequest request, Problem? problem)
    {
        var (name, revision) = (request.Route("name"), request.Query("revision"));
        var project = request.Load((api, stop) => api.GetProjectAsync(name, stop));
        var files = request.Load((api, stop) => api.GetProjectFilesAsync(name, revision, stop));
        var runs = request.Load((api, stop) => api.ListFlowRunsAsync($"projects/{name}", RunsShown, cancellation: stop));
        var revisions = request.Load((api, stop) => api.ListProjectRevisionsAsync(name, RevisionsShown, cancellation: stop));
        var plan = (await files).Value is { } texts ? request.Load((api, stop) => api.PlanProjectAsync(texts.Files, stop)) : null;
        var moves = (await project).Value?.Model is { } model ? request.Load((api, stop) => api.ListPromotionsAsync(model, limit: MovesShown, cancellation: stop)) : null;
        return request.Show<ProjectPage>(
            new
            {
                Name = name, Project = await project, Files = await files, Runs = await runs, Revisions = await revisions, Plan = plan is null ? null : await plan,
                Promotions = moves is null ? null : await moves, Problem = problem,
            },
            problem?.Status ?? (await project).Status);
    }
}
