using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Cairn.Access.Limits;

/// <summary><c>RateLimit-Policy</c> and <c>RateLimit</c> as in draft-ietf-httpapi-ratelimit-headers-10, and <c>Retry-After</c>.</summary>
internal static class LimitHeaders
{
    /// <param name="policy">A name, its quota and its window: <c>"requests";q=100;w=1</c>.</param>
    /// <param name="left">What may still be asked for.</param>
    /// <param name="until">When the whole quota is there again.</param>
    public static void Tell(this HttpResponse response, string name, string policy, long left, TimeSpan until)
    {
        if (response.HasStarted) return; // a stream of answers: said at its beginning
        response.Headers.Append("RateLimit-Policy", policy);
        response.Headers.Append("RateLimit", string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={left};t={Seconds(until)}"));
    }

    public static void TellWait(this HttpResponse response, TimeSpan wait)
    {
        if (!response.HasStarted) response.Headers.RetryAfter = Math.Max(1, Seconds(wait)).ToString(CultureInfo.InvariantCulture);
    }

    public static long Seconds(TimeSpan span) => (long)Math.Ceiling(Math.Max(0, span.TotalSeconds));
}
