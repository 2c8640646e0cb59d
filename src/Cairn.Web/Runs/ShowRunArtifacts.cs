using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/{id}/artifacts: one folder of a run's files; <c>file</c> shows one of them.</summary>
internal static class ShowRunArtifacts
{
    public static void Map(PageRoutes routes) => routes.Get("/runs/{id}/artifacts", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var (id, folder, file) = (request.Route("id"), (request.Query("path") ?? "").Trim('/'), request.Query("file"));
        if (file is not null && folder.Length == 0 && file.LastIndexOf('/') is var slash and > 0) folder = file[..slash];
        var run = request.Load((api, stop) => api.GetRunAsync(id, stop));
        var files = request.Load((api, stop) => api.ListArtifactsAsync(id, folder, stop));
        var preview = file is null ? null : await ArtifactPreview.Of(request, id, file);
        return request.Show<RunArtifactsPage>(new { Run = await run, Files = await files, Folder = folder, File = file, Preview = preview }, (await run).Status);
    }
}
