using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/{id}/values: params, metrics, tags and where it ran.</summary>
internal static class ShowRunValues
{
    public static void Map(PageRoutes routes) => routes.Get("/runs/{id}/values", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var run = await request.Load((api, stop) => api.GetRunAsync(request.Route("id"), stop));
        return request.Show<RunValuesPage>(new { Run = run }, run.Status);
    }
}
