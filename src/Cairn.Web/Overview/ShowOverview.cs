using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Overview;

/// <summary>
/// GET /: every project and where it stands; <c>format=csv</c> with a <c>table</c> of it. GET /w/{workspace} leads there: MLflow's client, told such a base URL, prints addresses below it, and browsers
/// keep what stands behind the '#'.
/// </summary>
internal static class ShowOverview
{
    private const int RunsShown = 10, EntriesShown = 6, Enough = 100;

    public static void Map(PageRoutes routes)
    {
        routes.Get("/", Handle);
        routes.Get("/w/{workspace}", OfWorkspace);
    }

    private static async Task<IResult> Handle(PageRequest request)
    {
        var projects = request.Load((api, stop) => api.ListProjectsAsync(Enough, cancellation: stop));
        var runs = request.Load((api, stop) => api.ListRunsAsync(limit: RunsShown, cancellation: stop));
        var models = request.Load((api, stop) => api.ListModelsAsync(Enough, cancellation: stop));
        var deployments = request.Load((api, stop) => api.ListDeploymentsAsync(Enough, cancellation: stop));
        if (request.Query("format") == "csv")
        {
            var tables = new OverviewTables((await projects).Value?.Items ?? [], (await deployments).Value?.Items ?? []);
            return request.Query("table") switch
            {
                OverviewTables.Runs => (await runs) is { Value: { } latest } ? tables.Answer(latest) : request.Refuse((await runs).Problem!),
                OverviewTables.Models => (await models) is { Value: { } all } ? tables.Answer(all) : request.Refuse((await models).Problem!),
                _ => request.Missing("The overview has the tables runs and models."),
            };
        }

        var audit = request.Load((api, stop) => api.ListAuditAsync(EntriesShown, cancellation: stop));
        return request.Show<OverviewPage>(new { Projects = await projects, Runs = await runs, Models = await models, Deployments = await deployments, Audit = await audit });
    }

    private static async Task<IResult> OfWorkspace(PageRequest request)
    {
        var about = await request.Load((api, stop) => api.AboutAsync(stop));
        if (about.Value is not { } caller) return request.Refuse(about.Problem!);
        return request.Route("workspace") == caller.Workspace ? request.GoTo("/") : request.Missing($"{caller.Caller} has no workspace '{request.Route("workspace")}'. Yours is {caller.Workspace}: /w/{caller.Workspace}.");
    }
}
