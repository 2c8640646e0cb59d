using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Data;

/// <summary>GET /datasets/{name}/compare?a=&amp;b=: how two versions differ in contract, rows and what their columns hold. Without both: which to choose.</summary>
internal static class CompareVersions
{
    private const int Choices = 200;

    public static void Map(PageRoutes routes) => routes.Get("/datasets/{name}/compare", Handle);

    public static string PathOf(string name, long left, long right) => $"{Address.Dataset(name)}/compare?a={left}&b={right}";

    private static async Task<IResult> Handle(PageRequest request)
    {
        var (name, left, right) = (request.Route("name"), request.Query("a"), request.Query("b"));
        var isPart = request.Query("part") == "profiles";
        if (left is not null && right is not null && (isPart || request.Query("profiles") == "now"))
        {
            var first = request.Load((api, stop) => api.GetDatasetProfileAsync(name, left, stop));
            var second = request.Load((api, stop) => api.GetDatasetProfileAsync(name, right, stop));
            if (isPart) return request.Show<ProfileComparison>(new { Left = await first, Right = await second });
            return await Page(request, name, left, right, await first, await second);
        }

        return await Page(request, name, left, right, null, null);
    }

    private static async Task<IResult> Page(PageRequest request, string name, string? left, string? right, Loaded<DatasetProfileWire>? first, Loaded<DatasetProfileWire>? second)
    {
        var versions = request.Load((api, stop) => api.ListDatasetVersionsAsync(name, Choices, cancellation: stop));
        var comparison = left is null || right is null ? null : request.Load((api, stop) => api.CompareDatasetVersionsAsync(name, left, right, stop));
        return request.Show<ComparePage>(
            new { Name = name, Versions = await versions, Comparison = comparison is null ? null : await comparison, Left = first, Right = second },
            comparison is null ? (await versions).Status : (await comparison).Status);
    }
}
