using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cairn.Tracking.Mlflow.Uploads;

/// <summary>Takes away uploads that nobody goes on with, and parts that a process left behind when it died.</summary>
internal sealed partial class UploadUpkeep(Database database, UploadParts parts, TimeProvider clock, ILogger<UploadUpkeep> log) : BackgroundService
{
    // A command that owns the home for a second does not look.
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1), Pause = TimeSpan.FromHours(1), Abandoned = TimeSpan.FromDays(1);

    /// <summary>Once. Whatever is used at this moment stays.</summary>
    public async Task Sweep(CancellationToken cancellation)
    {
        var used = parts.All(); // before the rows: a folder is made after its row
        var before = clock.GetUtcNow() - Abandoned;
        var active = used.Where(upload => upload.LastUsed >= before).Select(upload => upload.Upload).ToHashSet(StringComparer.Ordinal);
        var known = await database.Write(
            transaction =>
            {
                foreach (var old in transaction.Query<Row>("SELECT workspace_id, upload_id FROM artifact_uploads WHERE started_at < @before", new { before = Time.ToMicros(before) }))
                    if (!active.Contains(old.UploadId)) ArtifactUpload.Delete(transaction, new(old.WorkspaceId), old.UploadId);
                return transaction.Query<string>("SELECT upload_id FROM artifact_uploads WHERE completed_at IS NULL");
            },
            cancellation);
        foreach (var rubbish in used.Select(upload => upload.Upload).Except(known, StringComparer.Ordinal)) parts.Remove(rubbish);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var pause = First; ; pause = Pause)
        {
            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            try
            {
                await Sweep(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // an exception out of a background service stops the whole server
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogFailed(e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Uploads that nobody goes on with could not be taken away; it is tried again in an hour")]
    private partial void LogFailed(Exception exception);

    private sealed record Row
    {
        public string WorkspaceId { get; init; } = "";

        public string UploadId { get; init; } = "";
    }
}
