using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Server.Operations;

/// <summary>GET /api/v1/about</summary>
internal static class GetAbout
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/about", Handle)
        .WithName(nameof(GetAbout)).WithSummary("What this server is, and as whom you speak to it").WithTags("System")
        .Requires(Permission.SystemRead);

    private static Ok<About> Handle(Caller caller, RunningServer server) => TypedResults.Ok(new About(
        RunningServer.Version, server.Options.Home, server.Options.PostgreSql is null ? "sqlite" : "postgresql",
        server.StartedAt, caller.Workspace.Value, caller.Name, server.Url));
}
