using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Operations;

/// <summary>GET /system/storage: what the home holds.</summary>
/// <remarks>Every file is looked at, so the numbers come as a part: <c>part=use</c>; <c>use=now</c> waits for them.</remarks>
internal static class ShowStorage
{
    public static void Map(PageRoutes routes) => routes.Get("/system/storage", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        if (request.Query("part") == "use") return request.Show<StorageParts>(new { Use = await request.Load((api, stop) => api.GetStorageAsync(stop)) });
        var use = request.Query("use") == "now" ? await request.Load((api, stop) => api.GetStorageAsync(stop)) : null;
        return request.Show<StoragePage>(new { Use = use });
    }
}
