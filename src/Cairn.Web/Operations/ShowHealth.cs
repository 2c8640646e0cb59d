using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Operations;

/// <summary>GET /system: what the server stands on and whether it holds.</summary>
/// <remarks>The checks open packages and read the database, so they come as a part: <c>part=checks</c>; <c>checks=now</c> waits for them.</remarks>
internal static class ShowHealth
{
    public static void Map(PageRoutes routes) => routes.Get("/system", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        if (request.Query("part") == "checks") return request.Show<HealthChecks>(new { Doctor = await request.Load((api, stop) => api.DoctorAsync(stop)) });
        var doctor = request.Query("checks") == "now" ? await request.Load((api, stop) => api.DoctorAsync(stop)) : null;
        return request.Show<HealthPage>(new { Doctor = doctor });
    }
}
