using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>POST /runs/{id}/restore: a deleted run is in the lists again.</summary>
internal static class RestoreRun
{
    public static void Map(PageRoutes routes) => routes.Post("/runs/{id}/restore", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var id = request.Route("id");
        var restored = await request.Load((api, stop) => api.RestoreRunAsync(id, stop));
        return restored.Problem is { } problem ? request.Refuse(problem) : request.Done(Address.Run(id), "The run is restored", Format.Clip(restored.Value!.Name, 100));
    }
}
