using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Web.Appearance;

/// <summary>GET /assets/{version}/{name}</summary>
internal static class GetAsset
{
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/assets/{version}/{**name}", Handle)
        .WithName(nameof(GetAsset)).ExcludeFromDescription();

    private static Results<FileContentHttpResult, NotFound> Handle(string version, string name, HttpResponse response)
    {
        if (AssetFiles.Find(name) is not { } content) return TypedResults.NotFound();
        response.Headers.CacheControl = version == AssetFiles.Version ? "public, max-age=31536000, immutable" : "no-cache";
        return TypedResults.File(content, ContentType(name));
    }

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".woff2" => "font/woff2",
        _ => "text/plain; charset=utf-8",
    };
}
