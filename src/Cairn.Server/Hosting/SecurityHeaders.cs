using Microsoft.AspNetCore.Http;

namespace Cairn.Server.Hosting;

/// <summary>No answer may be sniffed, framed or, but for the pages and the docs, run anything.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Nothing = "default-src 'none'; frame-ancestors 'none'";
    // Frames are for artifacts alone: only their answers allow it, and sandbox what they hold.
    private const string Page = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

    private const string NoDevices = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

    // The docs page sets styles on its elements as it renders.
    private const string Docs = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path;
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            headers.ContentSecurityPolicy = Nothing;
            headers.CacheControl = "no-store";
        }
        else
        {
            headers["Permissions-Policy"] = NoDevices;
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers.ContentSecurityPolicy = path.StartsWithSegments("/docs", StringComparison.Ordinal) ? Docs : Page;
        }

        return next(context);
    }
}
