using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Flows;

/// <summary>GET /flow-runs/{id}: its tasks, live while it runs (<c>part=live</c> answers with what changes), and what it came to; <c>format=csv</c> with a <c>table</c> of it.</summary>
internal static class ShowFlowRun
{
    public static void Map(PageRoutes routes) => routes.Get("/flow-runs/{id}", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var id = request.Route("id");
        var run = await request.Load((api, stop) => api.GetFlowRunAsync(id, stop));
        if (request.Query("format") == "csv") return run.Value is not { } found ? request.Refuse(run.Problem!) : FlowRunCsv.Answer(found, request.Query("table")) ?? request.Missing("The flow run has no such table.");
        return request.Query("part") == "live"
            ? request.Show<FlowRunLive>(new { Run = run })
            : request.Show<FlowRunPage>(new { Run = run }, run.Status);
    }
}
