using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Recycling;

/// <summary>GET /bin: what is deleted, the last one first, and the last purge (<c>part=purge</c> answers with it, live while it runs); with <c>format=csv</c> all of it.</summary>
internal static class ShowBin
{
    public const string KindName = "kind";

    private const int Shown = 50, Exported = 1000;

    // The purge is the subject of its flow runs; a dry run is one of what it did not take.
    private const string Subject = "bin";

    public static void Map(PageRoutes routes)
    {
        routes.Get(BinArea.Path, Handle);
        routes.Get($"{BinArea.Path}/dry-run", request => request.GoTo(BinArea.Path));
    }

    private static async Task<IResult> Handle(PageRequest request)
    {
        var purges = request.Load((api, stop) => api.ListFlowRunsAsync(Subject, 1, cancellation: stop));
        if (request.Query("part") == "purge") return request.Show<LastPurge>(new { Purges = await purges, After = true });
        var listing = request.Listing;
        if (request.Query("format") == "csv") return new CsvAnswer<BinItemWire>("bin.csv", BinPage.Plain, token => request.Api.ListBinAsync(Exported, token, listing.Value(KindName), listing.Value("name"), request.Cancellation));

        var items = await request.Load((api, stop) => api.ListBinAsync(Shown, listing.PageToken, listing.Value(KindName), listing.Value("name"), stop));
        return request.Show<BinPage>(new { Items = items, Purges = await purges, Listing = listing }, items.Status);
    }
}
