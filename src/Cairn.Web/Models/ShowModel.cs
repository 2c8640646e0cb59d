using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Models;

/// <summary>GET /models/{name}: its versions, the champion and who may follow it, every move; with <c>on=2026-11-01</c> who was champion that day.</summary>
internal static class ShowModel
{
    private const int VersionsShown = 20, Exported = 1000, MovesShown = 12, MovesOfADay = 50, Enough = 100;

    public static void Map(PageRoutes routes) => routes.Get("/models/{name}", request => Handle(request));

    /// <param name="declined">Why the form on this page moved nothing.</param>
    public static async Task<IResult> Handle(PageRequest request, Problem? declined = null)
    {
        var name = request.Route("name");
        if (request.Query("format") == "csv")
            return new CsvAnswer<ModelVersionWire>("versions.csv", ModelPage.Plain, token => request.Api.ListModelVersionsAsync(name, Exported, token, request.Cancellation));

        var model = request.Load((api, stop) => api.GetModelAsync(name, stop));
        var versions = request.Load((api, stop) => api.ListModelVersionsAsync(name, VersionsShown, request.Listing.PageToken, stop));
        var moves = request.Load((api, stop) => api.ListPromotionsAsync(name, limit: MovesShown, pageToken: request.Query(ModelPage.MovesName), cancellation: stop));
        var deployments = request.Load((api, stop) => api.ListDeploymentsAsync(Enough, cancellation: stop));
        var back = request.Load((api, stop) => api.PreviewRollbackAsync(name, stop));
        var day = DayAsked(request, name);
        if ((await model).Problem is { Status: 404 } unknown) return request.Refuse(unknown);

        var champion = (await model).Value?.Champion;
        var serves = champion is { } number ? request.Load((api, stop) => api.GetModelVersionAsync(name, number, stop)) : null;
        var next = Challenger((await model).Value) is { } newer ? request.Load((api, stop) => api.GetModelVersionAsync(name, newer, stop)) : null;
        var rows = VersionRow.Of(request, (await versions).Value?.Items ?? [], champion);
        var pair = VersionRow.Of(request, new[] { serves is null ? null : (await serves).Value, next is null ? null : (await next).Value }.OfType<ModelVersionWire>(), champion);
        return request.Show<ModelPage>(
            new
            {
                Name = name,
                Model = await model,
                Versions = new Loaded<Page<VersionRow>>((await versions).Value is { } page ? new(await rows, page.NextPageToken) : null, (await versions).Problem),
                Champion = (await pair).FirstOrDefault(row => row.IsChampion),
                Challenger = (await pair).FirstOrDefault(row => !row.IsChampion),
                Moves = await moves,
                Deployments = await deployments,
                Back = await back,
                Day = await day,
                Declined = declined,
                request.Listing,
            },
            declined?.Status ?? (await model).Status);
    }

    /// <summary>The version that was named so, else the newest when it came after the champion.</summary>
    private static long? Challenger(ModelWire? model) => model switch
    {
        null => null,
        _ when model.Aliases.TryGetValue("challenger", out var named) && named != model.Champion => named,
        { LatestVersion: > 0 } when model.LatestVersion > (model.Champion ?? 0) => model.LatestVersion,
        _ => null,
    };

    private static async Task<ChampionDay?> DayAsked(PageRequest request, string name)
    {
        if (request.Query("on") is not { } asked) return null;
        if (UtcDay.Read(asked) is not { } day) return new(asked, $"'{asked}' is no day. Write it as 2026-11-01.", default, []);
        var moves = await request.Load((api, stop) => api.ListPromotionsAsync(name, ChampionDay.EndOf(day), MovesOfADay, cancellation: stop));
        return moves.Problem is { } problem ? new(asked, problem.Detail, day, []) : ChampionDay.Of(asked, day, moves.Value!);
    }
}
