using System.Collections.Concurrent;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Truth;

/// <summary>Looks again for the predictions of outcomes that matched none when they arrived: predictions of files are logged later than they are of.</summary>
internal sealed partial class OutcomeRematch(LogDatabase database, LogKeys keys, OutcomeMatch match, PersonalData personal, TimeProvider clock, ILogger<OutcomeRematch> log) : BackgroundService
{
    private const int RowsAtOnce = 100_000, UpdatesAtOnce = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(WorkspaceId, string), Seen> _seen = new();

    /// <summary>One round over all deployments whose log has grown where outcomes wait.</summary>
    /// <returns>How many outcomes found their prediction.</returns>
    public async Task<long> Run(CancellationToken cancellation)
    {
        var matched = 0L;
        foreach (var waiting in await database.Read(OutcomeTable.AllWaiting, cancellation))
        {
            var newest = await keys.Newest(waiting.WorkspaceId, waiting.Deployment, waiting.Last / 1000, cancellation);
            var key = (waiting.WorkspaceId, waiting.Deployment);
            var within = match.WindowOf(waiting.WorkspaceId, waiting.Deployment).WithinMs;
            var seen = _seen.GetValueOrDefault(key);
            if (seen.WithinMs != within) seen = default; // other predictions count now
            if (seen.Before >= newest) continue;
            var since = await keys.EarliestSince(waiting.WorkspaceId, waiting.Deployment, seen.Before, cancellation);
            matched += await Match(waiting.WorkspaceId, waiting.Deployment, since, cancellation);
            _seen[key] = new(seen.Newest, newest, within);
        }

        return matched;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await Run(stoppingToken) is > 0 and var matched) LogMatched(matched);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // an exception out of a background service stops the whole server
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogInterrupted(e);
            }

            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<long> Match(WorkspaceId workspace, string deployment, long sinceMs, CancellationToken cancellation)
    {
        var (matched, entity, after) = (0L, "", 0L);
        var pseudonym = await personal.Pseudonyms(workspace, cancellation);
        while (await database.Read(transaction => OutcomeTable.NextWaiting(transaction, workspace, deployment, entity, after, RowsAtOnce), cancellation) is { Count: > 0 } rows)
        {
            (entity, after) = (rows[^1].Entity, rows[^1].OutcomeId);
            var found = await match.Find(workspace, [.. rows.Select((row, i) => Wanted(row, i, pseudonym))], cancellation, sinceMs);
            var updates = rows.Zip(found, Matched).OfType<OutcomeRow>().OrderBy(row => row.PredictionId, StringComparer.Ordinal).ThenBy(row => row.OutcomeId);
            foreach (var piece in updates.Chunk(UpdatesAtOnce))
            {
                await database.Write(transaction => Store(transaction, piece), cancellation);
                matched += piece.Length;
            }
        }

        return matched;
    }

    private static WantedPrediction Wanted(OutcomeRow row, int place, Func<string, string>? pseudonym) =>
        row.PredictionId is { } id ? new(place, Guid.ParseExact(id, "N"), row.Deployment, "", null, row.ObservedAt) : new(place, null, row.Deployment, row.Entity, pseudonym?.Invoke(row.Entity), row.ObservedAt);

    /// <returns>Null: there is none, or one whose model knows no such class.</returns>
    private static OutcomeRow? Matched(OutcomeRow row, FoundPrediction? found)
    {
        if (found is null || found.Source.Deployment != row.Deployment) return null;
        var classes = Classes.Of(found.Source);
        return classes.Find(row.Value) is { } value ? row with { PredictionId = found.Id.ToString("N"), Value = value, Positive = value == classes.Positive } : null;
    }

    private static bool Store(WriteTransaction transaction, OutcomeRow[] piece)
    {
        var about = OutcomeTable.ToldAbout(transaction, piece[0].WorkspaceId, piece[0].Deployment, [.. piece.Select(row => row.PredictionId!).Distinct(StringComparer.Ordinal)]);
        foreach (var row in piece)
        {
            if (!about.TryGetValue(row.PredictionId!, out var others)) about[row.PredictionId!] = others = [];
            OutcomeTable.Match(transaction, row with { Differs = others.Exists(other => other.Positive is not null && other.Value != row.Value) });
            others.Add(row.Told);
        }

        return true;
    }

    /// <summary>
    /// How far the log was looked through. What was logged between two rounds is looked at in both that follow: an outcome may have been
    /// looked for just before its prediction was logged, and stored just after the first of them.
    /// </summary>
    /// <param name="Before">As of the round before the last one.</param>
    private readonly record struct Seen(long Before, long Newest, long? WithinMs);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Matched} outcomes that had come before their predictions were matched")]
    private partial void LogMatched(long matched);

    [LoggerMessage(Level = LogLevel.Error, Message = "Looking for the predictions of outcomes was interrupted; it is tried again")]
    private partial void LogInterrupted(Exception exception);
}
