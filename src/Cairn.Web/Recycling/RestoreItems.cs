using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Recycling;

/// <summary>GET /bin/restore?subject=…: names what comes back. POST: one after the other; what declines is named and stays in the bin.</summary>
internal static class RestoreItems
{
    public const string Path = "/bin/restore";

    public static string Of(string subject) => $"{Path}?{PickedItems.Query([subject])}";

    public static void Map(PageRoutes routes)
    {
        routes.Get(Path, async request => Page(request, await PickedItems.Read(request, PickedItems.Of(request.Context.Request.Query[PickedItems.Name]))));
        routes.Post(Path, Handle);
    }

    private static async Task<IResult> Handle(PageRequest request)
    {
        var subjects = PickedItems.Of(request.Form[PickedItems.Name]);
        var left = new List<string>();
        Problem? declined = null;
        // Wholes before their parts: a run comes back into an experiment that is there, a version into its model.
        foreach (var subject in subjects.OrderBy(subject => subject.Split('/')[0] is not ("experiments" or "models")))
        {
            var done = await request.Load(async (api, stop) =>
            {
                await api.RestoreFromBinAsync(subject, stop);
                return subject;
            });
            if (done.Problem is null) continue;
            declined ??= done.Problem;
            left.Add(subject);
        }

        var restored = subjects.Count - left.Count;
        return left.Count > 0 || subjects.Count == 0
            ? Page(request, await PickedItems.Read(request, left), declined, restored)
            : request.Done(BinArea.Path, restored == 1 ? "1 thing is restored" : $"{Format.Count(restored)} things are restored", "Lists show them again.");
    }

    private static IResult Page(PageRequest request, Loaded<IReadOnlyList<BinItemWire>> items, Problem? declined = null, int restored = 0) =>
        request.Show<RestoreItemsPage>(new { Items = items, Declined = declined, Restored = restored }, declined?.Status ?? items.Status);
}
