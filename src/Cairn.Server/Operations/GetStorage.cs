using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Server.Hosting;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Server.Operations;

/// <summary>GET /api/v1/storage: what the home holds and how large it is. Looks at every file, so it takes longer the more there are.</summary>
internal static class GetStorage
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/storage", Handle)
        .WithName(nameof(GetStorage)).WithSummary("How much the home holds, by kind").WithTags("System")
        .Requires(Permission.SystemRead);

    private static async Task<Ok<StorageUse>> Handle(Database database, RunningServer server, CancellationToken cancellation)
    {
        var home = server.Options.Home;
        var files = new Dictionary<string, (long Files, long Bytes)>(StringComparer.Ordinal);
        foreach (var file in new DirectoryInfo(home).EnumerateFiles("*", Everything))
        {
            cancellation.ThrowIfCancellationRequested();
            if (LengthOf(file) is not { } length) continue;
            var kind = KindOf(Path.GetRelativePath(home, file.FullName));
            var (count, bytes) = files.GetValueOrDefault(kind);
            files[kind] = (count + 1, bytes + length);
        }

        List<StorageKind> kinds = [.. files.Select(kind => new StorageKind(kind.Key, kind.Value.Files, kind.Value.Bytes)).OrderByDescending(kind => kind.Bytes)];
        if (server.Options.PostgreSql is not null)
            kinds.Insert(0, new("postgresql", null, await database.Read(transaction => transaction.Scalar<long>("SELECT pg_database_size(current_database())"), cancellation)));
        return TypedResults.Ok(new StorageUse(home, kinds.Sum(kind => kind.Bytes), new DriveInfo(home).AvailableFreeSpace, kinds));
    }

    /// <summary>A file may go away between being seen and being looked at.</summary>
    private static long? LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static string KindOf(string path) => path.Split(Path.DirectorySeparatorChar)[0] switch
    {
        "blobs" => "blobs",
        "backups" => "backups",
        "cache" => "cache",
        "logs" => "logs",
        var name when name.StartsWith("cairn.db", StringComparison.Ordinal) => "database",
        var name when name.StartsWith("predictions.db", StringComparison.Ordinal) => "prediction_log",
        _ => "other",
    };
}
