using Cairn.Client.Wire;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/{id}/artifacts: the folder <c>path</c> of a run's files; <c>file</c> shows one of them. Either leads to the other where it names the other.</summary>
internal static class ShowRunArtifacts
{
    private const int MostLooked = 10;

    public static void Map(PageRoutes routes) => routes.Get("/runs/{id}/artifacts", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var (id, file) = (request.Route("id"), request.Query("file"));
        var asked = file ?? (request.Query("path") ?? "").Trim('/');
        var isPath = asked.Length == 0 || GetRunFile.IsPath(asked);
        var folder = !isPath ? "" : file is null ? asked : Above(asked);
        var run = request.Load((api, stop) => api.GetRunAsync(id, stop));
        var listed = request.Load((api, stop) => api.ListArtifactsAsync(id, folder, stop));
        var preview = file is null || !isPath ? null : await ArtifactPreview.Of(request, id, file);
        var (found, files) = (await run, await listed);
        if (found.Value is null || files.Value is not { } page || (isPath && await Has(page))) return Show(files, preview?.Problem?.Status ?? files.Status);

        if (isPath && file is not null && await Below(file) is { Value.Items.Count: > 0 }) return request.GoTo(RunFrame.Artifacts(id, file));
        if (isPath && file is null && (await request.Load((api, stop) => api.ReadArtifactAsync(id, folder, most: 1, stop))).Value is not null) return request.GoTo(RunFrame.Artifacts(id, file: folder));
        // What is there, as near to it as there is anything; of hundreds of folders that are not, the top.
        for (var looked = 1; folder.Length > 0 && files.Value is { Items.Count: 0 }; looked++) files = await Below(folder = looked < MostLooked ? Above(folder) : "");
        (file, preview) = (null, null);
        return Show(files, StatusCodes.Status404NotFound, asked);

        Task<Loaded<Page<ArtifactWire>>> Below(string path) => request.Load((api, stop) => api.ListArtifactsAsync(id, path, stop));

        // A folder is there when something lies in it, and the top always; a file when its folder names it. When the list of its folder was cut, the file itself is asked for.
        async Task<bool> Has(Page<ArtifactWire> listing) =>
            file is null ? folder.Length == 0 || listing.Items.Count > 0
            : listing.Items.FirstOrDefault(entry => entry.Path == file) is { } entry ? !entry.IsDirectory
            : listing.NextPageToken is not null && (await request.Load((api, stop) => api.ReadArtifactAsync(id, file, most: 1, stop))).Problem is not { Code: "artifact.unknown" };

        IResult Show(Loaded<Page<ArtifactWire>> shown, int status, string? sought = null) =>
            request.Show<RunArtifactsPage>(new { Run = found, Files = shown, Folder = folder, File = file, Preview = preview, Missing = sought }, found.Value is null ? found.Status : status);
    }

    private static string Above(string path) => path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "";
}
