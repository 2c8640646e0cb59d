using System.Diagnostics;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Storage;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Segments;

/// <summary>
/// Rolls hours of a deployment that are over into segments. In this order: the file is a durable blob; one transaction names it, and
/// from there on its blocks do not count; the blocks are deleted, a few at a time. Stopped anywhere, the next round goes on from there.
/// </summary>
internal sealed partial class Sealer(LogDatabase database, IBlobStore blobs, Analytics analytics, TimeProvider clock, SealerOptions options, ILogger<Sealer> log)
{
    private static readonly AnalyticsOptions Limits = new() { Threads = 1, MemoryMegabytes = 512 };

    private readonly HashSet<string> _counted = new(StringComparer.Ordinal);

    /// <summary>Removes blocks that are in segments, and seals what is due.</summary>
    /// <returns>Segments made.</returns>
    public async Task<int> Run(CancellationToken cancellation)
    {
        var hours = await database.Read(HotHour.All, cancellation);
        Count(hours);
        var made = 0;
        foreach (var hour in Due(hours))
        {
            var after = hour.LastSealed;
            while (await Seal(hour, after, cancellation) is { } segment)
            {
                made++;
                after = segment.LastBlock;
                await RemoveSealed(hour, after, cancellation);
            }
        }

        foreach (var hour in hours.Where(hour => hour.HasSealed)) await RemoveSealed(hour, hour.LastSealed, cancellation);
        return made;
    }

    private void Count(IReadOnlyList<HotHour> hours)
    {
        foreach (var deployment in _counted) ServingMeter.HotRows.Record(0, new KeyValuePair<string, object?>("deployment", deployment));
        _counted.Clear();
        foreach (var deployment in hours.GroupBy(hour => hour.Deployment, StringComparer.Ordinal))
        {
            ServingMeter.HotRows.Record(deployment.Sum(hour => hour.Rows), new KeyValuePair<string, object?>("deployment", deployment.Key));
            _counted.Add(deployment.Key);
        }
    }

    /// <summary>Hours that are over, and all of a deployment that has too many rows in the database.</summary>
    private IEnumerable<HotHour> Due(IReadOnlyList<HotHour> hours)
    {
        var now = clock.Micros() / 1000;
        var many = hours.GroupBy(hour => (hour.WorkspaceId, hour.Deployment)).Where(deployment => deployment.Sum(hour => hour.Rows) > options.MostHotRows).Select(deployment => deployment.Key).ToHashSet();
        return hours.Where(hour => Segment.EndOf(hour.Hour) + options.Grace.TotalMilliseconds <= now || many.Contains((hour.WorkspaceId, hour.Deployment)));
    }

    /// <summary>Makes one segment of blocks of an hour, as many as go into one.</summary>
    /// <param name="after">Blocks up to this one are in segments already.</param>
    /// <returns>Null: there are no more, or another process sealed them.</returns>
    private async Task<Segment?> Seal(HotHour hour, long after, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        if (await Gather(hour, after, cancellation) is not { } gathered) return null;
        var segment = await Store(hour, gathered, cancellation);
        if (!await Publish(segment, after, cancellation)) return null;
        ServingMeter.SealDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        ServingMeter.SealedRows.Add(segment.Rows, new KeyValuePair<string, object?>("deployment", segment.Deployment));
        LogSealed(segment.Rows, segment.Deployment, DateTimeOffset.FromUnixTimeMilliseconds(hour.Hour * Block.Hour), segment.Bytes);
        return segment;
    }

    /// <summary>Reads the next blocks of an hour into memory; not those that came since it was looked at, or it would never end.</summary>
    /// <returns>Null: there are none.</returns>
    internal async Task<Gathered?> Gather(HotHour hour, long after, CancellationToken cancellation)
    {
        var sizes = await database.Read(transaction => hour.Blocks(transaction, after, hour.LastBlock, options.MostRows), cancellation);
        var (records, lastBlock) = (new SortedRecords(), 0L);
        foreach (var some in BlockSize.InPieces(sizes, options.RowsAtOnce))
        {
            if (records.Bytes >= options.MostBytes || records.Count >= options.MostRows) break;
            var blocks = await database.Read(transaction => Block.Read(transaction, some), cancellation);
            if (blocks.Count < some.Count) return null; // another process has sealed them and deletes them
            foreach (var block in blocks) records.Add(block);
            lastBlock = some[^1].BlockId;
        }

        if (records.Count == 0) return null;
        records.Sort();
        var sources = await database.Read(transaction => LogSource.Of(transaction, hour.WorkspaceId, records.Sources), cancellation);
        return new(records, [.. sources.Values], lastBlock);
    }

    /// <summary>Writes the file and makes it a blob. Nothing names it yet.</summary>
    internal Task<Segment> Store(HotHour hour, Gathered gathered, CancellationToken cancellation) => analytics.Run(
        [],
        async job =>
        {
            var (records, sources, lastBlock) = gathered;
            using (var table = new RecordTable(job))
            {
                for (var row = 0; row < records.Count; row++) table.Add(records[row], records.BlockOf(row));
                table.Complete();
            }

            var path = Path.Combine(job.Folder, "segment.parquet");
            SegmentColumns.Write(job, path, sources);
            await using var content = File.OpenRead(path);
            var blob = await blobs.Write(content, cancellation);
            return new Segment(
                hour.WorkspaceId, Uuid7.New(clock), hour.Deployment, hour.Hour, records.FirstMs, records.LastMs, records.Count, blob.Length, blob.Digest, lastBlock, clock.Micros());
        },
        cancellation,
        Limits);

    /// <summary>From here on the segment counts, and its blocks do not.</summary>
    /// <param name="after">Where the segment before it ended.</param>
    /// <returns>False: another process was quicker. The blob stays: it may be the very same file.</returns>
    internal async Task<bool> Publish(Segment segment, long after, CancellationToken cancellation)
    {
        var published = await database.Write(
            transaction =>
            {
                if (Segment.LastBlockOf(transaction, segment.WorkspaceId, segment.Deployment, segment.Hour) != after) return false;
                segment.Insert(transaction);
                return true;
            },
            cancellation);
        return published;
    }

    /// <summary>Deletes blocks that are in segments, in short transactions.</summary>
    internal async Task RemoveSealed(HotHour hour, long upTo, CancellationToken cancellation)
    {
        var sizes = await database.Read(transaction => hour.Blocks(transaction, after: 0, upTo, int.MaxValue), cancellation);
        await Remove(database, sizes, cancellation);
    }

    internal static async Task Remove(LogDatabase database, IReadOnlyList<BlockSize> blocks, CancellationToken cancellation)
    {
        foreach (var some in BlockSize.InPieces(blocks, SealerOptions.RowsDeletedAtOnce))
        {
            await database.Write(transaction => BlockSize.Delete(transaction, some), cancellation);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Rows} predictions of {Deployment} from {Hour:yyyy-MM-dd HH:mm} UTC on are in a segment now, {Bytes} bytes")]
    private partial void LogSealed(long rows, string deployment, DateTimeOffset hour, long bytes);

    /// <summary>What goes into one segment.</summary>
    internal sealed record Gathered(SortedRecords Records, IReadOnlyCollection<LogSourceRow> Sources, long LastBlock);
}

internal sealed record SealerOptions
{
    public const long RowsDeletedAtOnce = 20_000;

    /// <value>How long an hour is over before it is sealed: late requests get in.</value>
    public TimeSpan Grace { get; init; } = TimeSpan.FromMinutes(1);

    /// <value>Rows of a deployment in the database beyond which they are sealed before their hour is over.</value>
    public long MostHotRows { get; init; } = 1_000_000;

    /// <value>Rows of a segment, about.</value>
    public int MostRows { get; init; } = 1_000_000;

    /// <value>Bytes of records in memory while a segment is made, about.</value>
    public long MostBytes { get; init; } = 96 << 20;

    public long RowsAtOnce { get; init; } = 20_000;
}
