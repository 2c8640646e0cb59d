using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Flows;

/// <summary>POST /flow-runs/{id}/cancel</summary>
internal static class CancelFlowRun
{
    public static void Map(PageRoutes routes) => routes.Post("/flow-runs/{id}/cancel", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var id = request.Route("id");
        var cancelled = await request.Load((api, stop) => api.CancelFlowRunAsync(id, stop));
        return cancelled.Problem is { } problem ? request.Refuse(problem) : request.Done(Address.FlowRun(id), "The run is asked to stop", "What has succeeded is kept; it can be taken up again.");
    }
}
