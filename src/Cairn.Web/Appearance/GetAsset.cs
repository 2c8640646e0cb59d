using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Appearance;

/// <summary>GET /assets/{version}/{name}</summary>
internal static class GetAsset
{
    public static void Map(PageRoutes routes) => routes.Get("/assets/{version}/{**name}", Handle);

    private static IResult Handle(PageRequest request)
    {
        var name = request.Route("name");
        if (AssetFiles.Find(name, request.Context.Request.Headers.AcceptEncoding.ToString()) is not var (content, encoding)) return TypedResults.NotFound();
        var headers = request.Context.Response.Headers;
        headers.CacheControl = request.Route("version") == AssetFiles.Version ? "public, max-age=31536000, immutable" : "no-cache";
        headers.Vary = "Accept-Encoding";
        if (encoding is not null) headers.ContentEncoding = encoding;
        return TypedResults.File(content, ContentType(name));
    }

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".woff2" => "font/woff2",
        _ => "text/plain; charset=utf-8",
    };
}
