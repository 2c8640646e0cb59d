using Cairn.Access;
using Cairn.Serving;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Cairn.Server.Operations;

/// <summary>GET /health/live and /health/ready: for probes, so open to everybody and silent about details.</summary>
internal static class Health
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public sealed record Report(string Status, IReadOnlyDictionary<string, string> Checks);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", Live).WithName("Live").WithSummary("Whether the process answers at all").WithTags("Health").Anonymous();
        routes.MapGet("/health/ready", Ready).WithName("Ready").WithSummary("Whether requests can be served").WithTags("Health")
            .Produces<Report>().Produces<Report>(StatusCodes.Status503ServiceUnavailable).Anonymous();
    }

    private static Ok<Report> Live() => TypedResults.Ok(new Report("ok", new Dictionary<string, string>(StringComparer.Ordinal)));

    private static async Task<JsonHttpResult<Report>> Ready(
        Database database, IBlobStore blobs, Deployments deployments, Predictions predictions, IHostApplicationLifetime lifetime, CancellationToken cancellation)
    {
        var checks = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["server"] = lifetime.ApplicationStopping.IsCancellationRequested ? "stopping" : lifetime.ApplicationStarted.IsCancellationRequested ? "ok" : "starting",
            ["database"] = await Try(stop => database.Read(transaction => transaction.Scalar<long>("SELECT 1") == 1, stop), cancellation),
            ["blobs"] = await Try(stop => blobs.Verify(Kernel.Digest.Of([]), stop), cancellation),
            // Said, but no reason to send nobody here: one broken package must not take the other deployments, and who repairs it, out of service.
            ["prediction_log"] = await Try(async stop => await predictions.Problem(stop) is null, cancellation) == "ok" ? "ok" : "degraded",
            ["deployments"] = deployments.WithFailedChampion().Count == 0 ? "ok" : "degraded",
            ["model_memory"] = deployments.Memory().Problem is null ? "ok" : "degraded",
        };
        var ready = checks.Values.All(state => state is "ok" or "degraded");
        var status = !ready ? "unavailable" : checks.ContainsValue("degraded") ? "degraded" : "ok";
        return TypedResults.Json(new Report(status, checks), statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<string> Try(Func<CancellationToken, Task<bool>> check, CancellationToken cancellation)
    {
        try
        {
            return await check(cancellation).WaitAsync(Patience, cancellation) ? "ok" : "failed";
        }
#pragma warning disable CA1031 // whatever is wrong with it: it is not ready
        catch (Exception) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return "failed";
        }
    }
}
