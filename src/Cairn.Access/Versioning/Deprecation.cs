using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cairn.Access.Versioning;

/// <summary>
/// The headers of an endpoint on its way out: <c>Deprecation</c> (RFC 9745), <c>Sunset</c> (RFC 8594) and a <c>Link</c> to its successor.
/// They are put on by the endpoint itself, so that others pay nothing for it.
/// </summary>
internal sealed class Deprecation(DateOnly since, DateOnly sunset, string successor)
{
    public const int LeastNoticeDays = 180;

    private readonly string _since = "@" + Midnight(since).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
    private readonly string _sunset = Midnight(sunset).ToString("R", CultureInfo.InvariantCulture);

    public void WriteInFrontOf(EndpointBuilder endpoint)
    {
        if (endpoint.RequestDelegate is not { } handler) return;
        endpoint.RequestDelegate = context =>
        {
            var headers = context.Response.Headers;
            headers["Deprecation"] = _since;
            headers["Sunset"] = _sunset;
            headers.Append("Link", $"<{Successor(context.Request)}>; rel=\"successor-version\"");
            return handler(context);
        };
    }

    // A client follows a link, not a template: {name} is what this request has there.
    private string Successor(HttpRequest request)
    {
        var link = successor;
        foreach (var (name, value) in request.RouteValues)
            link = link.Replace($"{{{name}}}", Uri.EscapeDataString(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""), StringComparison.Ordinal);
        return link;
    }

    private static DateTimeOffset Midnight(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);
}
