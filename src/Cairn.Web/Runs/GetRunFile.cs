using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/{id}/files/{path}: a file of a run; <c>download=1</c> saves it, and so is everything that is neither image nor HTML.</summary>
/// <remarks>What a run stored is nobody's page: its own policy sandboxes it, without scripts, forms, network or the origin of this server, also when it is opened by itself.</remarks>
internal static class GetRunFile
{
    private const string Sandbox = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox; frame-ancestors 'self'";

    private static readonly Dictionary<string, string> _images = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png", [".jpg"] = "image/jpeg", [".jpeg"] = "image/jpeg", [".gif"] = "image/gif", [".webp"] = "image/webp", [".avif"] = "image/avif", [".svg"] = "image/svg+xml",
    };

    public static void Map(PageRoutes routes) => routes.Get("/runs/{id}/files/{**path}", Handle);

    public static string PathOf(string runId, string path) => $"/runs/{Uri.EscapeDataString(runId)}/files/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";

    public static bool IsImage(string path) => _images.ContainsKey(Path.GetExtension(path));

    public static bool IsHtml(string path) => Path.GetExtension(path).ToUpperInvariant() is ".HTML" or ".HTM";

    /// <summary>Nothing that an address would be shortened by.</summary>
    public static bool IsPath(string path) => path.Split('/').All(part => part is not ("" or "." or ".."));

    private static async Task<IResult> Handle(PageRequest request)
    {
        var (id, path) = (request.Route("id"), request.Route("path"));
        if (!IsPath(path)) return request.Missing("A file of a run has a path without empty parts, '.' and '..'.");
        var content = await request.Load((api, stop) => api.OpenArtifactAsync(id, path, stop));
        return content.Value is { } stream ? new Answer(stream, path, request.Query("download") is null) : request.Refuse(content.Problem!);
    }

    private sealed class Answer(Stream content, string path, bool shown) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            await using (content)
            {
                var headers = httpContext.Response.Headers;
                headers.ContentSecurityPolicy = Sandbox;
                headers.XFrameOptions = "SAMEORIGIN";
                headers.XContentTypeOptions = "nosniff";
                headers.CacheControl = "no-store";
                var type = !shown ? null : IsHtml(path) ? "text/html" : _images.GetValueOrDefault(Path.GetExtension(path));
                httpContext.Response.ContentType = type ?? "application/octet-stream";
                if (type is null) headers.ContentDisposition = $"attachment; filename*=UTF-8''{Uri.EscapeDataString(path[(path.LastIndexOf('/') + 1)..])}";
                await content.CopyToAsync(httpContext.Response.Body, httpContext.RequestAborted);
            }
        }
    }
}
