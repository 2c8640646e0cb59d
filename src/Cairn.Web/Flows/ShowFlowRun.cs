using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Flows;

/// <summary>GET /flow-runs/{id}: its tasks, live while it runs (<c>part=live</c> answers with what changes), and what it came to.</summary>
internal static class ShowFlowRun
{
    public static void Map(PageRoutes routes) => routes.Get("/flow-runs/{id}", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var id = request.Route("id");
        var run = await request.Load((api, stop) => api.GetFlowRunAsync(id, stop));
        return request.Query("part") == "live"
            ? request.Show<FlowRunLive>(new { Run = run })
            : request.Show<FlowRunPage>(new { Run = run }, run.Status);
    }
}
