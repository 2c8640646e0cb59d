using Cairn.Server.Operations;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Server;

/// <summary>The host's own endpoints: what it is, whether it is well, and how to stop and copy it.</summary>
internal static class ServerModule
{
    public static IEndpointRouteBuilder MapServer(this IEndpointRouteBuilder routes)
    {
        Health.Map(routes);
        GetMetrics.Map(routes);
        GetAbout.Map(routes);
        GetDoctor.Map(routes);
        StopServer.Map(routes);
        DownloadBackup.Map(routes);
        ListEvents.Map(routes);
        return routes;
    }
}
