using Cairn.Access.Problems;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;

namespace Cairn.Access.Guarding;

/// <summary>
/// Loopback is not a wall against the browser on the same machine: any web page may send requests there. Two doors are shut.
/// A page that points its own host name at 127.0.0.1 is found by its <c>Host</c>; a page that posts across sites by
/// <c>Sec-Fetch-Site</c>, or by <c>Origin</c> where a browser does not send that.
/// </summary>
internal sealed class BrowserGuard(RequestDelegate next, AccessOptions options)
{
    public Task InvokeAsync(HttpContext context)
    {
        var refusal = RefuseHost(context) ?? RefuseSite(context.Request);
        return refusal is null ? next(context) : ProblemBody.Of(refusal).Write(context);
    }

    private Refusal.Forbidden? RefuseHost(HttpContext context)
    {
        // Over the socket there is no remote address, and no browser.
        if (options.Hosts is not { } hosts || context.Connection.RemoteIpAddress is null) return null;
        var host = context.Request.Host.Host;
        return host is "127.0.0.1" or "[::1]" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || hosts.Contains(host, StringComparer.OrdinalIgnoreCase)
            ? null
            : new Refusal.Forbidden("access.host-unknown", $"This server does not answer for the host '{host}'. Ask for it as localhost or 127.0.0.1.");
    }

    private static Refusal.Forbidden? RefuseSite(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)) return null;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();
        // "same-site" is refused too: another port of localhost is the same site.
        var foreign = site.Length > 0
            ? site is not ("same-origin" or "none")
            : origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && SameHost(uri, request.Host));
        return foreign
            ? new Refusal.Forbidden("access.cross-site", $"A page of another site ({(origin.Length > 0 ? origin : site)}) may not change anything here. Send the request from a program, or from a page of this server.")
            : null;
    }

    private static bool SameHost(Uri origin, HostString host) =>
        string.Equals(origin.Host, host.Host, StringComparison.OrdinalIgnoreCase) && (host.Port ?? (string.Equals(origin.Scheme, "https", StringComparison.Ordinal) ? 443 : 80)) == origin.Port;
}
