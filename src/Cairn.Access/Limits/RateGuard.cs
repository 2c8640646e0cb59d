using System.Globalization;
using Cairn.Access.Guarding;
using Cairn.Access.Problems;
using Microsoft.AspNetCore.Http;

namespace Cairn.Access.Limits;

/// <summary>Refuses (429 <c>limit.rate</c>) what a caller asks beyond its rate, before anything is read or done. In the pipeline only when a rate is set.</summary>
internal sealed class RateGuard(RequestDelegate next, LimitOptions options, TimeProvider clock)
{
    private const string Name = "requests";

    private readonly RequestRate _rate = options.Requests!;
    private readonly TokenBuckets _buckets = new(options.Requests!, clock);
    private readonly string _policy = string.Create(
        CultureInfo.InvariantCulture, $"\"{Name}\";q={options.Requests!.Burst};w={Math.Max(1, LimitHeaders.Seconds(TimeSpan.FromSeconds(options.Requests.Burst / options.Requests.PerSecond)))}");

    public Task InvokeAsync(HttpContext context)
    {
        // Over the socket there is no remote address: that is the owner of the home, who must be able to stop the server.
        if (context.Connection.RemoteIpAddress is null || context.GetEndpoint()?.Metadata.GetMetadata<Demand>() is not { Permission: not null }) return next(context);

        var caller = context.Features.Get<Caller>()!;
        var taken = _buckets.Take(caller);
        context.Response.Tell(Name, _policy, taken.Left, taken.UntilFull);
        if (taken.IsTaken) return next(context);

        LimitMeter.Refused(Name);
        context.Response.TellWait(taken.Wait);
        return ProblemBody.Of(
            StatusCodes.Status429TooManyRequests, "limit.rate",
            string.Create(CultureInfo.InvariantCulture, $"{caller.Name} may send {_rate.PerSecond:0.###} requests a second and {_rate.Burst} at once, and has. Wait as long as Retry-After says; many rows in one request cost as much as one.")).Write(context);
    }
}
