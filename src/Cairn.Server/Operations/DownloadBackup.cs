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
        Caller caller, HttpContext context, Database database, LogDatabase log, IBlobStore blobs, RunningServer server, TimeProvider clock, CancellationToken cancellation)
    {
        var home = server.Options.Home;
        var copies = new Copies(Path.Combine(Directory.CreateDirectory(Path.Combine(home, "tmp")).FullName, $"backup-{Kernel.Uuid7.New(clock)}"), blobs.Hold());
        context.Response.RegisterForDispose(copies);

        // The log first: the models that its predictions name are then in the other.
        if (log.IsFile && (await log.BackupTo(copies.Of("predictions.db"), cancellation)).Refusal is { } refused) return refused.ToProblem();
        if ((await database.BackupTo(copies.Of("cairn.db"), cancellation)).Refusal is { } refusal) return refusal.ToProblem();
        await database.Write(
            transaction =>
            {
                transaction.Write(caller, "server.backup", "server");
                return true;
            },
            cancellation);

        return TypedResults.Stream(
            async body =>
            {
                using (copies) await BackupArchive.Write(home, copies.Files, body, clock, cancellation);
            },
            "application/x-tar", $"cairn-{clock.GetUtcNow():yyyyMMdd-HHmmss}.tar");
    }

    /// <summary>Copies of databases. As long as there are any, the blobs they name stay.</summary>
    private sealed class Copies(string prefix, IDisposable held) : IDisposable
    {
        private readonly SortedDictionary<string, string> _files = new(StringComparer.Ordinal);

        public IReadOnlyDictionary<string, string> Files => _files;

        public string Of(string name) => _files[name] = $"{prefix}-{name}";

        public void Dispose()
        {
            foreach (var copy in _files.Values) File.Delete(copy);
            held.Dispose();
        }
    }
}
