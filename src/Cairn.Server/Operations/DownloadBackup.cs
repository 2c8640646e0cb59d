using Cairn.Access;
using Cairn.Server.Homes;
using Cairn.Server.Hosting;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Server.Operations;

/// <summary>GET /api/v1/backup: the whole home as a tar, while work goes on.</summary>
internal static class DownloadBackup
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/backup", Handle)
        .WithName(nameof(DownloadBackup)).WithSummary("Download a consistent copy of the whole home, as tar").WithTags("System")
        .Requires(Permission.SystemManage)
        .Produces(StatusCodes.Status200OK, contentType: "application/x-tar").ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> Handle(
        Caller caller, Database database, RunningServer server, TimeProvider clock, CancellationToken cancellation)
    {
        var home = server.Options.Home;
        var copy = Path.Combine(Directory.CreateDirectory(Path.Combine(home, "tmp")).FullName, $"backup-{Kernel.Uuid7.New(clock)}.db");
        try
        {
            var copied = await database.BackupTo(copy, cancellation);
            if (copied.Refusal is { } refusal) return refusal.ToProblem();
            await database.Write(
                transaction =>
                {
                    transaction.Write(caller, "server.backup", "server");
                    return true;
                },
                cancellation);
        }
        catch
        {
            File.Delete(copy);
            throw;
        }

        return TypedResults.Stream(
            async body =>
            {
                try
                {
                    await BackupArchive.Write(home, copy, body, clock, cancellation);
                }
                finally
                {
                    File.Delete(copy);
                }
            },
            "application/x-tar", $"cairn-{clock.GetUtcNow():yyyyMMdd-HHmmss}.tar");
    }
}
