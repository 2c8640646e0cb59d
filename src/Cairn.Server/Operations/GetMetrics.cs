using System.Text;
using Cairn.Access;
using Cairn.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Server.Operations;

/// <summary>GET /metrics in the Prometheus text format.</summary>
internal static class GetMetrics
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/metrics", Handle)
        .WithName(nameof(GetMetrics)).WithSummary("Metrics in the Prometheus text format").WithTags("Health")
        .Produces<string>(contentType: "text/plain")
        .Anonymous();

    private static ContentHttpResult Handle(MetricCollector metrics) => TypedResults.Text(metrics.Write(), "text/plain; version=0.0.4", Encoding.UTF8);
}
