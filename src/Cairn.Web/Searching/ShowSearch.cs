using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Searching;

/// <summary>GET /search: pages, projects, models, deployments, datasets and runs by name, runs and predictions by id, predictions by entity.</summary>
/// <remarks>With <c>part=hits</c> the hits alone, for the palette. Predictions by entity come as a part, <c>part=about</c>; <c>about=now</c> waits for them.</remarks>
internal static class ShowSearch
{
    private const int Longest = 200;

    public static void Map(PageRoutes routes) => routes.Get("/search", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var text = Format.Clip((request.Query("q") ?? "").Trim(), Longest);
        var finder = new Finder(request, text);
        if (request.Query("part") == "about")
        {
            var predictions = await finder.About();
            return request.Show<PredictionHits>(new { Text = text, Hits = predictions, finder.Problem });
        }

        var about = request.Query("about") == "now" ? finder.About() : null;
        var hits = await finder.Find();
        var shown = new { Text = text, Hits = hits, About = about is null ? null : await about, finder.MayBeAbout, finder.Problem };
        return request.Query("part") == "hits" ? request.Show<SearchHits>(shown) : request.Show<SearchPage>(shown);
    }
}
