using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Storage;

namespace Cairn.Serving.Segments;

/// <summary>Reads records out of segments as they were written, all bits of them.</summary>
internal sealed class SegmentReader(IBlobStore blobs, Analytics analytics)
{
    private const string Record = "prediction_id, epoch_us(time), latency_us, source_id, shadow, batch, probability, features, entity, caller, sealed, inputs";

    /// <value>The same without what is large.</value>
    private const string Outline = "prediction_id, epoch_us(time), latency_us, source_id, shadow, batch, probability, CAST([] AS FLOAT[]), entity, caller, CAST(NULL AS BLOB), CAST(NULL AS BLOB)";

    /// <value>So many files are read by one DuckDB: to open one takes as long as to read some thousand rows.</value>
    private const int FilesAtOnce = 32, ChunksAhead = 4;

    /// <value>So many found records are remembered: who looks at a prediction asks for it again, for its outcomes, its reasons and a replay.</value>
    private const int Remembered = 128;

    private readonly Lock _gate = new();
    private readonly Dictionary<(WorkspaceId Workspace, string Segments, Guid Id), LogRecord> _found = [];
    private readonly Queue<(WorkspaceId Workspace, string Segments, Guid Id)> _oldest = [];

    private static readonly AnalyticsOptions OneThread = new() { Threads = 1, MemoryMegabytes = 256 };

    /// <summary>The record of what was answered under that id, no shadow's, if one of these segments has it.</summary>
    public async Task<LogRecord?> Find(IReadOnlyList<Segment> segments, Guid id, CancellationToken cancellation)
    {
        if (segments.Count == 0) return null;
        // A segment never changes: what was found in these is found in these again.
        var key = (segments[0].WorkspaceId, string.Join(',', segments.Select(segment => segment.SegmentId)), id);
        lock (_gate)
        {
            if (_found.TryGetValue(key, out var known)) return known;
        }

        var record = await Run(
            segments,
            job =>
            {
                using var rows = job.Query($"SELECT {Record} FROM {From(job, segments.Count)} WHERE prediction_id = '{id:N}' AND NOT shadow LIMIT 1");
                return rows.Next() ? Records(rows)[0] : null;
            },
            cancellation,
            OneThread);
        if (record is not null) Remember(key, record);
        return record;
    }

    private void Remember((WorkspaceId Workspace, string Segments, Guid Id) key, LogRecord record)
    {
        lock (_gate)
        {
            if (!_found.TryAdd(key, record)) return;
            _oldest.Enqueue(key);
            if (_oldest.Count > Remembered) _found.Remove(_oldest.Dequeue());
        }
    }

    /// <summary>What a search looks at of the records of a stretch of time, in no order.</summary>
    /// <param name="condition">SQL over the columns of a segment.</param>
    /// <param name="named">Whether it matters whom they are about: names take as long to read as all else.</param>
    /// <param name="blocks">Only records that were in these blocks; null: all.</param>
    public async Task Visit(
        IReadOnlyList<Segment> segments, long fromMs, long toMs, string condition, bool named, IReadOnlySet<long>? blocks, LogKeyVisitor visit, CancellationToken cancellation)
    {
        var columns = $"prediction_id, source_id, shadow, probability, {(named ? "entity" : "CAST(NULL AS VARCHAR)")}, {(blocks is null ? "CAST(0 AS BIGINT)" : "block")}";
        foreach (var some in segments.Chunk(FilesAtOnce))
        {
            await Run(
                some,
                job =>
                {
                    using var rows = job.Query($"SELECT {columns} FROM {From(job, some.Length)} WHERE {SegmentColumns.Between(fromMs, toMs)} AND {condition}");
                    while (rows.Next()) Visit(rows, blocks, visit);
                    return true;
                },
                cancellation);
        }
    }

    /// <summary>The newest records that meet a condition, newest first, without features.</summary>
    /// <param name="condition">SQL over the columns of a segment.</param>
    /// <param name="wide">True: about all rows meet it, so the last few milliseconds are looked at first.</param>
    public Task<IReadOnlyList<LogRecord>> Newest(IReadOnlyList<Segment> segments, long fromMs, long toMs, string condition, int limit, bool wide, CancellationToken cancellation) => Run<IReadOnlyList<LogRecord>>(
        segments,
        job =>
        {
            var found = new List<LogRecord>();
            var (first, end) = (Math.Max(fromMs, segments.Min(segment => segment.FromMs)), Math.Min(toMs, segments.Max(segment => segment.ToMs) + 1));
            var share = wide ? Math.Min(1, 4.0 * limit / segments.Sum(segment => segment.Rows)) : 1;
            while (end > first && found.Count < limit)
            {
                var start = Math.Max(first, end - 1 - (long)((end - first) * share));
                using var rows = job.Query(
                    $"SELECT {Outline} FROM {From(job, segments.Count)} WHERE {SegmentColumns.Between(start, end)} AND {condition} ORDER BY prediction_id DESC LIMIT {limit - found.Count}");
                while (rows.Next()) found.AddRange(Records(rows));
                (end, share) = (start, Math.Min(1, share * 8));
            }

            return found;
        },
        cancellation,
        wide ? OneThread : null);

    /// <summary>The records of a stretch of time in pieces, segment by segment, each in the order of its ids; with the block each was in.</summary>
    public async IAsyncEnumerable<IReadOnlyList<(LogRecord Record, long Block)>> Read(
        IReadOnlyList<Segment> segments, long fromMs, long toMs, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var some in segments.Chunk(FilesAtOnce))
        {
            await foreach (var piece in ReadSome(some, fromMs, toMs, cancellation)) yield return piece;
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<(LogRecord Record, long Block)>> ReadSome(
        Segment[] segments, long fromMs, long toMs, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pieces = Channel.CreateBounded<IReadOnlyList<(LogRecord, long)>>(ChunksAhead);
        var reading = Fill();
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(cancellation)) yield return piece;
        }
        finally
        {
            await stop.CancelAsync(); // whoever stops reading stops the engine
            await reading;
        }

#pragma warning disable CA1031 // it is thrown where the pieces are read
        async Task Fill()
        {
            try
            {
                await Intact(() => Run(
                    segments,
                    async job =>
                    {
                        using var rows = job.Query($"SELECT {Record}, block FROM {From(job, segments.Length)} WHERE {SegmentColumns.Between(fromMs, toMs)}");
                        while (rows.Next()) await pieces.Writer.WriteAsync(WithBlocks(rows), stop.Token);
                        return true;
                    },
                    stop.Token));
                pieces.Writer.Complete();
            }
            catch (Exception e)
            {
                pieces.Writer.TryComplete(e);
            }
        }
#pragma warning restore CA1031
    }

    /// <summary>One DuckDB that may read the files of segments.</summary>
    public async Task<T> Run<T>(IReadOnlyList<Segment> segments, Func<AnalyticsJob, Task<T>> work, CancellationToken cancellation, AnalyticsOptions? limits = null)
    {
        var paths = new List<string>(segments.Count);
        try
        {
            foreach (var segment in segments) paths.Add(await blobs.LocalPath(segment.Blob, cancellation));
            return await analytics.Run(paths, work, cancellation, limits);
        }
        catch (FileNotFoundException e)
        {
            throw new StorageException(StorageFault.Corrupt, $"A segment of the prediction log is gone: {e.Message} Restore it from a backup: cairn restore FILE.", e);
        }
    }

    public static string From(AnalyticsJob job, int files) => $"read_parquet([{string.Join(", ", Enumerable.Range(0, files).Select(job.File))}])";

    private Task<T> Run<T>(IReadOnlyList<Segment> segments, Func<AnalyticsJob, T> work, CancellationToken cancellation, AnalyticsOptions? limits = null) =>
        Intact(() => Run(segments, job => Task.FromResult(work(job)), cancellation, limits));

    /// <summary>Statements of our own fail when a file is not as it was written.</summary>
    private static async Task<T> Intact<T>(Func<Task<T>> run)
    {
        try
        {
            return await run();
        }
        catch (InvalidDataException e)
        {
            throw new StorageException(StorageFault.Corrupt, $"A segment of the prediction log cannot be read: {e.Message} Restore it from a backup: cairn restore FILE.", e);
        }
    }

    private static void Visit(AnalyticsRows rows, IReadOnlySet<long>? blocks, LogKeyVisitor visit)
    {
        var ids = rows.Texts(0);
        var sources = rows.BigInts(1);
        var shadows = rows.Booleans(2);
        var probabilities = rows.Doubles(3);
        var entities = rows.Texts(4);
        var of = rows.BigInts(5);
        for (var i = 0; i < rows.Count; i++)
        {
            if (blocks?.Contains(of[i]) is false) continue;
            if (!Utf8Parser.TryParse(ids[i], out Guid id, out _, 'N')) throw new InvalidDataException($"A segment of the prediction log holds the id '{ids.Text(i)}', which is none.");
            visit(new LogKey(id, sources[i], shadows[i] != 0 ? RecordFlags.Shadow : RecordFlags.None, probabilities[i], rows.IsNull(4, i) ? [] : entities[i]));
        }
    }

    private static List<LogRecord> Records(AnalyticsRows rows)
    {
        var records = new List<LogRecord>(rows.Count);
        var ids = rows.Texts(0);
        var times = rows.BigInts(1);
        var latencies = rows.Integers(2);
        var sources = rows.BigInts(3);
        var shadows = rows.Booleans(4);
        var batches = rows.Booleans(5);
        var probabilities = rows.Doubles(6);
        var features = rows.FloatLists(7);
        var entities = rows.Texts(8);
        var callers = rows.Texts(9);
        var secrets = rows.Blobs(10);
        var inputs = rows.Blobs(11);
        for (var i = 0; i < rows.Count; i++)
        {
            if (!Utf8Parser.TryParse(ids[i], out Guid id, out _, 'N')) throw new InvalidDataException($"A segment of the prediction log holds the id '{ids.Text(i)}', which is none.");
            var flags = (shadows[i] != 0 ? RecordFlags.Shadow : RecordFlags.None) | (batches[i] != 0 ? RecordFlags.Batch : RecordFlags.None);
            records.Add(new(
                id, times[i], latencies[i], sources[i], flags, probabilities[i], features[i].ToArray(), rows.IsNull(8, i) ? "" : entities.Text(i), rows.IsNull(9, i) ? "" : callers.Text(i),
                rows.IsNull(10, i) ? [] : secrets[i].ToArray(), rows.IsNull(11, i) ? [] : inputs[i].ToArray()));
        }

        return records;
    }

    private static List<(LogRecord Record, long Block)> WithBlocks(AnalyticsRows rows)
    {
        var blocks = rows.BigInts(12);
        var pairs = new List<(LogRecord, long)>(rows.Count);
        foreach (var record in Records(rows)) pairs.Add((record, blocks[pairs.Count]));
        return pairs;
    }
}
