using Cairn.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Cairn.Tracking.Artifacts;

/// <summary>The bytes of an artifact, in ranges too. Always as a download, so that no browser runs what a run stored.</summary>
internal static class ArtifactDownload
{
    private static readonly FileExtensionContentTypeProvider _types = Types();

    public static FileStreamHttpResult Of(HttpContext context, string path, Digest digest, Stream content)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";
        var name = path[(path.LastIndexOf('/') + 1)..];
        return TypedResults.Stream(
            content, TypeOf(name), fileDownloadName: name, entityTag: new EntityTagHeaderValue($"\"{digest.Hex}\""), enableRangeProcessing: true);
    }

    private static string TypeOf(string name) =>
        name is "MLmodel" or "MLproject" or "mlproject" ? "text/plain" : _types.TryGetContentType(name, out var type) ? type : "application/octet-stream";

    private static FileExtensionContentTypeProvider Types()
    {
        var types = new FileExtensionContentTypeProvider();
        foreach (var text in (ReadOnlySpan<string>)[".cfg", ".conf", ".err", ".ini", ".log", ".md", ".properties", ".py", ".rst", ".toml", ".yaml", ".yml"]) types.Mappings.TryAdd(text, "text/plain");
        return types;
    }
}
