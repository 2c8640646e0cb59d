using System.Text.Json;
using Cairn.Access.Conditional;
using Cairn.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cairn.Access;

/// <summary>Changes that hold only if nobody else was faster.</summary>
public static class Preconditions
{
    /// <summary>Refuses (412 <c>request.precondition-failed</c>) a change whose <c>If-Match</c> does not name what is there now.</summary>
    /// <param name="current">The wire record that a GET of the same thing answers, read in the transaction of the change.</param>
    /// <returns>Null also when the request has no <c>If-Match</c>.</returns>
    public static Refusal? Unmatched<T>(this HttpRequest request, Func<T> current)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(current);
        if (request.Headers.IfMatch.Count == 0) return null;
        var options = request.HttpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions; // those that wrote the answer of the GET
        var tag = EntityTag.Of(JsonSerializer.SerializeToUtf8Bytes(current(), options));
        return EntityTag.IsIn(request.GetTypedHeaders().IfMatch, tag, strong: true)
            ? null
            : new Refusal.Stale("request.precondition-failed", $"If-Match is {request.Headers.IfMatch}, but this has changed since: it is {tag} now, and nothing was changed. Read it again, and decide whether your change still holds.");
    }
}
