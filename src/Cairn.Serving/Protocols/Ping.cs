using Microsoft.AspNetCore.Http.HttpResults;
using Cairn.Access;
using Cairn.Serving.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Protocols;

/// <summary>GET /ping: 200 when every deployment serves, as MLflow's scoring server and the load balancers before it ask.</summary>
internal static class Ping
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/ping", Handle)
        .WithName(nameof(Ping)).WithSummary("Whether models serve, as MLflow's scoring server tells").WithTags("Protocols")
        .Anonymous();

    private static ContentHttpResult Handle(LiveDeployments live) =>
        TypedResults.Text("\n", "application/json", statusCode: live.All.Any() && live.All.All(deployment => deployment.Serves) ? StatusCodes.Status200OK : StatusCodes.Status404NotFound);
}
