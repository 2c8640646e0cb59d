using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/tag?id=a&amp;id=b: asks for a tag. POST /runs/tag: every picked run has it, or none has it any more.</summary>
internal static class TagRuns
{
    public static void Map(PageRoutes routes)
    {
        routes.Get("/runs/tag", async request => Page(request, await PickedRuns.Read(request)));
        routes.Post("/runs/tag", Handle);
    }

    private static Task<IResult> Handle(PageRequest request)
    {
        var (key, remove) = (request.Field("key").Trim(), request.Field("act") == "remove");
        var tags = new Dictionary<string, string?>(StringComparer.Ordinal) { [key] = remove ? null : request.Field("value") };
        return PickedRuns.Change(
            request, ChangeRuns.Edit, new UpdateRun(Tags: tags), picked => Page(request, picked),
            count => ($"{Format.Many(count, "run")} {(remove ? "without the tag" : "tagged")}", $"{Format.Clip(key, 100)}{(remove ? "" : $": {Format.Clip(request.Field("value"), 100)}")}"));
    }

    private static IResult Page(PageRequest request, PickedRuns picked) => request.Show<TagRunsPage>(new { Picked = picked }, picked.Status);
}
