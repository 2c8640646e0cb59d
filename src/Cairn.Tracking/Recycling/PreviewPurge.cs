using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Recycling;

/// <summary>GET /api/v1/bin/purge: what a purge would take, before somebody decides.</summary>
internal static class PreviewPurge
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/bin/purge", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(PreviewPurge)).WithSummary("Count what a purge of some subjects, or of all of the bin, would remove for good, and what stays").WithTags("Bin")
        .WithDescription("It is counted while one waits. Of a bin with hundreds of thousands of things, a purge with dry_run counts the same in the background.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<PurgeResult>, ProblemHttpResult>> Handle(Caller caller, RecycleBin bin, TimeProvider clock, string[]? subject, long? deleted_before, CancellationToken cancellation)
    {
        if (ListBin.TooMany(subject) is { } tooMany) return tooMany.ToProblem();
        IReadOnlyList<string>? asked = subject is { Length: > 0 } ? subject : null;
        if (asked is not null && await bin.Missing(caller.Workspace, asked, cancellation) is { } missing) return missing.ToProblem();
        var started = clock.GetTimestamp();
        var result = await bin.Look(caller.Workspace, asked, deleted_before ?? long.MaxValue, (_, _) => { }, cancellation);
        return TypedResults.Ok(result with { Seconds = clock.GetElapsedTime(started).TotalSeconds });
    }
}
