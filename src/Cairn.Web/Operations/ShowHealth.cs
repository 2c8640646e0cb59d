using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Operations;

/// <summary>GET /system: what the server stands on and whether it holds.</summary>
/// <remarks>The checks open packages and read the database, so they come as a part: <c>part=checks</c>; <c>checks=now</c> waits for them, <c>checks=anew</c> makes all of them again.</remarks>
internal static class ShowHealth
{
    private const int AnHour = 60 * 60;

    public static void Map(PageRoutes routes) => routes.Get("/system", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var checks = request.Query("checks");
        var asked = checks is "now" or "anew" || request.Query("part") == "checks";
        var doctor = asked ? await request.Load((api, stop) => api.DoctorAsync(checks == "anew" ? null : AnHour, stop)) : null;
        return request.Query("part") == "checks" ? request.Show<HealthChecks>(new { Doctor = doctor }) : request.Show<HealthPage>(new { Doctor = doctor });
    }
}
