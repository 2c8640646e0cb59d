using Cairn.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Cairn.Tracking.Artifacts;

/// <summary>The bytes of an artifact, in ranges too. Always as a download, so that no browser runs what a run stored.</summary>
internal static class ArtifactDownload
{
    private static readonly FileExtensionContentTypeProvider _types = new();

    public static FileStreamHttpResult Of(HttpContext context, string path, Digest digest, Stream content)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
        return TypedResults.Stream(
            content, _types.TryGetContentType(path, out var type) ? type : "application/octet-stream", fileDownloadName: path[(path.LastIndexOf('/') + 1)..],
            entityTag: new EntityTagHeaderValue($"\"{digest.Hex}\""), enableRangeProcessing: true);
    }
}
