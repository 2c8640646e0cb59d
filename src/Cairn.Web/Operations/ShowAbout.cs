using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Operations;

/// <summary>GET /system/about: which server this is, and its versions.</summary>
internal static class ShowAbout
{
    public static void Map(PageRoutes routes) => routes.Get("/system/about", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var about = await request.Load((api, stop) => api.AboutAsync(stop));
        return request.Show<AboutPage>(new { Server = about }, about.Status);
    }
}
