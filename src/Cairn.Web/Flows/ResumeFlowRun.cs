using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Flows;

/// <summary>POST /flow-runs/{id}/resume</summary>
internal static class ResumeFlowRun
{
    public static void Map(PageRoutes routes) => routes.Post("/flow-runs/{id}/resume", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var id = request.Route("id");
        var resumed = await request.Load((api, stop) => api.ResumeFlowRunAsync(id, stop));
        return resumed.Problem is { } problem ? request.Refuse(problem) : request.Done(Address.FlowRun(id), "The run goes on", "What had succeeded is not run again.");
    }
}
