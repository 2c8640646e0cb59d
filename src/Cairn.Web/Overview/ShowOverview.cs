using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Overview;

/// <summary>GET /: every project and where it stands.</summary>
internal static class ShowOverview
{
    private const int RunsShown = 10, EntriesShown = 6, Enough = 100;

    public static void Map(PageRoutes routes) => routes.Get("/", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var projects = request.Load((api, stop) => api.ListProjectsAsync(Enough, cancellation: stop));
        var runs = request.Load((api, stop) => api.ListRunsAsync(limit: RunsShown, cancellation: stop));
        var models = request.Load((api, stop) => api.ListModelsAsync(Enough, cancellation: stop));
        var deployments = request.Load((api, stop) => api.ListDeploymentsAsync(Enough, cancellation: stop));
        var audit = request.Load((api, stop) => api.ListAuditAsync(EntriesShown, cancellation: stop));
        return request.Show<OverviewPage>(new { Projects = await projects, Runs = await runs, Models = await models, Deployments = await deployments, Audit = await audit });
    }
}
