using Cairn.Access;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Cairn.Server.Operations;

/// <summary>POST /api/v1/stop: answers, then finishes the requests under way and ends.</summary>
internal static class StopServer
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/stop", Handle)
        .WithName(nameof(StopServer)).WithSummary("Finish what is under way, then stop").WithTags("System")
        .Requires(Permission.SystemManage).Mutates();

    private static async Task<NoContent> Handle(Caller caller, Database database, IHostApplicationLifetime lifetime, HttpResponse response, CancellationToken cancellation)
    {
        await database.Write(
            transaction =>
            {
                transaction.Write(caller, "server.stop", "server");
                return true;
            },
            cancellation);
        response.OnCompleted(() =>
        {
            lifetime.StopApplication();
            return Task.CompletedTask;
        });
        return TypedResults.NoContent();
    }
}
