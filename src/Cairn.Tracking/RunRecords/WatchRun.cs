using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Cairn.Tracking.RunRecords;

/// <summary>GET /api/v1/runs/{run}/events: what is logged, while it is logged, as server-sent events, until the run has ended.</summary>
/// <remarks>Each follower looks for itself, so one that reads slowly waits for nobody and nobody for it; it gets more points at once.</remarks>
internal static class WatchRun
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500), _silence = TimeSpan.FromSeconds(15), _reconnect = TimeSpan.FromSeconds(2);

    /// <summary>How much older a point may be that is written later: it is told again after a reconnect rather than lost.</summary>
    private const long Overlap = 10_000_000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/runs/{run}/events", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(WatchRun)).WithTags("Runs")
        .WithSummary("Follow a run as server-sent events: run (status, name), points (as they are logged), end; Last-Event-ID goes on where a connection broke")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<ServerSentEventsResult<string>, ProblemHttpResult>> Handle(
        string run, [FromHeader(Name = "Last-Event-ID")] string? lastEventId, Caller caller, Database database, RunWatchers watchers, IHostApplicationLifetime lifetime, TimeProvider clock,
        HttpContext context, CancellationToken cancellation)
    {
        long? after = null;
        if (!string.IsNullOrEmpty(lastEventId))
        {
            if (!long.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
                return new Refusal.Invalid("run.event-id-invalid", $"Last-Event-ID is '{lastEventId}'; it is the id of an event of this stream, a number. Leave it out to follow from now on.").ToProblem();
            after = Math.Max(0, last - Overlap);
        }

        var found = await database.Read(transaction => RunTable.RequireByPrefix(transaction, caller.Workspace, run), cancellation);
        if (found.Refusal is { } refusal) return refusal.ToProblem();
        if (watchers.Enter() is not { } place)
        {
            context.Response.Headers.RetryAfter = "10";
            return new Refusal.Unavailable("run.too-many-watchers", $"{RunWatchers.Most} streams of events are open, and that is all there may be. Close one, or read the run again later: GET /api/v1/runs/{found.Value.RunId}.").ToProblem();
        }

        context.Response.RegisterForDispose(place);
        var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        context.Response.RegisterForDispose(ends);
        return TypedResults.ServerSentEvents(Follow(new RunFeed(caller.Workspace, found.Value.RunId, after), database, clock, ends.Token));
    }

    private static async IAsyncEnumerable<SseItem<string>> Follow(RunFeed feed, Database database, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Client.Wire.RunWire? run = null;
        var heard = clock.GetTimestamp();
        while (!cancellation.IsCancellationRequested)
        {
            var news = await database.Read(feed.Look, CancellationToken.None); // short; what ends the stream is looked at between
            if (news.Run is { } changed && !(run is null && news.IsOver)) yield return Item("run", changed, feed);
            run = news.Run ?? run;
            if (news.Points is { } points) yield return Item("points", points, feed);
            if (news.IsMore) continue;
            if (news.IsOver)
            {
                if (run is not null) yield return Item("end", news.Run ?? run, feed);
                yield break;
            }

            if (news is not { Run: null, Points: null }) heard = clock.GetTimestamp();
            else if (clock.GetElapsedTime(heard) > _silence)
            {
                heard = clock.GetTimestamp();
                yield return new SseItem<string>("", "heartbeat");
            }

            await Task.Delay(_pause, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static SseItem<string> Item<T>(string kind, T data, RunFeed feed) => new(JsonSerializer.Serialize(data, CairnJson.Options), kind)
    {
        EventId = feed.Until.ToString(CultureInfo.InvariantCulture), ReconnectionInterval = _reconnect,
    };
}
