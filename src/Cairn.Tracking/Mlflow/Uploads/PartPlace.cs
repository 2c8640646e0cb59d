using Cairn.Tracking.Mlflow.Protocol;
using Microsoft.AspNetCore.Http;

namespace Cairn.Tracking.Mlflow.Uploads;

/// <summary>
/// Where a client sends its parts: to this server, under the address by which it was asked, so that a part passes what the call passed
/// (a proxy that ends TLS or asks for a password, <c>/w/{workspace}</c>). The client sends parts bare; whoever asked gets its own
/// <c>Authorization</c> back to send along.
/// </summary>
/// <param name="Parts">Ends with a slash.</param>
internal sealed record PartPlace(string Parts, string Authorization)
{
    private const string Own = "/mlflow-artifacts/mpu/create";

    /// <value>Of what is said of one part, about.</value>
    public long Length => Parts.Length + Authorization.Length + 100;

    public static PartPlace Of(HttpRequest request)
    {
        var path = request.PathBase.Add(request.Path).Value!;
        var above = new PathString(path[..path.IndexOf(Own, StringComparison.OrdinalIgnoreCase)]).ToUriComponent();
        var scheme = Forwarded(request, "Proto") is { Length: > 0 } proto ? proto : request.Scheme;
        var host = Forwarded(request, "Host") is { Length: > 0 } name ? name : request.Host.Value;
        var text = $"{scheme}://{host}{Forwarded(request, "Prefix").TrimEnd('/')}{above}/mlflow-artifacts/mpu/parts/";
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" }
            ? new(text, request.Headers.Authorization.ToString())
            : throw MlflowException.Invalid($"'{text}' is no URL to send parts to. Host, X-Forwarded-Proto, X-Forwarded-Host and X-Forwarded-Prefix say what the server is called; correct them at the proxy.");
    }

    /// <summary>What the proxy nearest to the client was asked. A client that makes it up misleads itself alone.</summary>
    private static string Forwarded(HttpRequest request, string what) => request.Headers[$"X-Forwarded-{what}"].ToString().Split(',')[0].Trim();
}
