using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Web.Recycling;

/// <summary>GET /bin/purge?subject=… or ?all=true: asks, naming what is lost. POST: starts the purge, which the bin shows.</summary>
/// <remarks>What is lost is counted over all files, so it comes as a part with the button: <c>part=preview</c>; <c>preview=now</c> waits for it.</remarks>
internal static class PurgeItems
{
    public const string Path = "/bin/purge", OfAll = $"{Path}?{AllName}=true", AllName = "all", BeforeName = "before";

    public static string Of(params IEnumerable<string> subjects) => $"{Path}?{PickedItems.Query(subjects)}";

    public static void Map(PageRoutes routes)
    {
        routes.Get(Path, request => Page(request, PickedItems.Of(request.Context.Request.Query[PickedItems.Name]), request.Query(AllName) == "true"));
        routes.Post(Path, Handle);
    }

    private static async Task<IResult> Handle(PageRequest request)
    {
        var (subjects, all) = (PickedItems.Of(request.Form[PickedItems.Name]), request.Field(AllName) == "true");
        if (subjects.Count == 0 && !all) return await Page(request, subjects, all);
        var before = long.TryParse(request.Field(BeforeName), NumberStyles.None, CultureInfo.InvariantCulture, out var time) ? time : (long?)null;
        var started = await request.Load((api, stop) => api.StartPurgeAsync(new(all ? null : subjects, before), stop));
        return started.Problem is { } declined
            ? await Page(request, subjects, all, declined)
            : request.Done(BinArea.Path, "The purge has begun", "It goes on by itself, also when this page is closed.");
    }

    private static async Task<IResult> Page(PageRequest request, List<string> subjects, bool all, Problem? declined = null)
    {
        if (all) subjects = [];
        else if (subjects.Count == 0) return request.Show<PurgeItemsPage>(new { Items = await PickedItems.Read(request, subjects), Before = 0L });

        // What is deleted after it was counted is not taken.
        var before = request.Context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        Task<Loaded<PurgeResult>> Preview() => request.Load((api, stop) => api.PreviewPurgeAsync(all ? null : subjects, before, stop));
        if (request.Query("part") == "preview") return request.Show<PurgePreview>(new { Preview = await Preview(), Subjects = (IReadOnlyList<string>)subjects, Before = before });

        var items = all ? null : await PickedItems.Read(request, subjects);
        var preview = declined is not null || request.Query("preview") == "now" ? await Preview() : null;
        return request.Show<PurgeItemsPage>(new { Items = items, Preview = preview, Before = before, Declined = declined }, declined?.Status ?? items?.Status ?? StatusCodes.Status200OK);
    }
}
