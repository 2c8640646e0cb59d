using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Searching;

/// <summary>GET /search: pages, projects, models, deployments, datasets and runs by name, runs and predictions by id, predictions by entity.</summary>
/// <remarks>With <c>part=hits</c> the hits alone, for the palette.</remarks>
internal static class ShowSearch
{
    private const int Longest = 200;

    public static void Map(PageRoutes routes) => routes.Get("/search", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var text = Format.Clip((request.Query("q") ?? "").Trim(), Longest);
        var hits = await new Finder(request, text).Find();
        return request.Query("part") == "hits"
            ? request.Show<SearchHits>(new { Text = text, Hits = hits })
            : request.Show<SearchPage>(new { Text = text, Hits = hits });
    }
}
