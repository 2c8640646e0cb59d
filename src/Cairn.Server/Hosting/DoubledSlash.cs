using Microsoft.AspNetCore.Http;

namespace Cairn.Server.Hosting;

/// <summary>
/// Clients put a base URL that ends in a slash before a path that begins with one, and MLflow's own pages ask so. Such an address leads to the
/// one that is meant. It is not simply read as that one: what stands in front of the server and lets some paths pass looks at it again.
/// </summary>
internal sealed class DoubledSlash(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path.Value is not ['/', '/', ..] path) return next(context);

        // Browsers take '//host' and '/\host' for another server: neither is left.
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = new PathString("/" + path.TrimStart('/', '\\')).ToUriComponent() + request.QueryString.ToUriComponent();
        return Task.CompletedTask;
    }
}
