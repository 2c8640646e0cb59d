using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Serving;
using Cairn.Serving.Log;
using Cairn.Serving.Queries;
using Cairn.Serving.Segments;
using Cairn.Storage;
using Cairn.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Serving;

/// <summary>A prediction log with all that reads and rolls it, on a clock that is set.</summary>
internal sealed class TestLog : IAsyncDisposable
{
    public const long Start = 1_790_000_000_000 / Block.Hour * Block.Hour;
    public static readonly WorkspaceId Workspace = new("main");

    private readonly LogDatabase _database;
    private readonly PredictionLog _log;
    private int _made;

    public TestLog(Database log, Database metadata, string home, SealerOptions? options = null)
    {
        (Home, Metadata) = (home, metadata);
        _database = new(() => log, owned: true, Clock);
        var personal = new PersonalData(new EntityKeys(metadata, Clock));
        _log = new(_database, personal, NullLogger<PredictionLog>.Instance);
        Blobs = FolderBlobStore.Open(home);
        Analytics = new(new() { Home = home });
        Reader = new(Blobs, Analytics);
        Predictions = new(_database, Reader, _log, personal);
        Search = new(_database, Reader);
        Sealer = NewSealer(options);
        UnnamedBlobs unnamed = new(metadata, Blobs, [new BlobNames("a run", (digests, _) => Task.FromResult<IReadOnlyCollection<string>>([.. digests.Where(NamedElsewhere.Contains)]))], Clock);
        Retention = new(metadata, _database, Blobs, unnamed, Clock, NullLogger<Retention>.Instance);
        Query = new(Predictions, new(Predictions, _database, Reader), Clock);
    }

    public SetClock Clock { get; } = new();

    public string Home { get; }

    public Database Metadata { get; }

    public LogDatabase Database => _database;

    public IBlobStore Blobs { get; }

    public Analytics Analytics { get; }

    public SegmentReader Reader { get; }

    public Predictions Predictions { get; }

    public PredictionSearch Search { get; }

    public Sealer Sealer { get; }

    /// <value>Digests of blobs that something other than the log names.</value>
    public HashSet<string> NamedElsewhere { get; } = new(StringComparer.Ordinal);

    public Retention Retention { get; }

    public LogQuery Query { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public Sealer NewSealer(SealerOptions? options = null) => new(_database, Blobs, Analytics, Clock, options ?? new(), NullLogger<Sealer>.Instance);

    public static LogSource Source(string deployment = "churn", string variant = "champion", long version = 1, WorkspaceId? workspace = null) => new(new(
        workspace ?? Workspace, HashCode.Combine(deployment, variant, version, workspace), deployment, variant, "model", version, Digest.Of(Encoding.UTF8.GetBytes($"{deployment}{version}")), 1,
        0.5, "Yes", "No", JsonSerializer.Serialize(new[] { "tenure", "charges", "contract=\"one, year\"" }), "[]"));

    /// <summary>Logs a request of some rows, one each <paramref name="step"/> milliseconds.</summary>
    public async Task<IReadOnlyList<LogRecord>> Append(LogSource source, long ms, int rows, long step = 1, RecordFlags flags = RecordFlags.None, Func<int, string>? entity = null)
    {
        var records = new LogRecords();
        var made = new List<LogRecord>();
        for (var i = 0; i < rows; i++)
        {
            var n = Interlocked.Increment(ref _made);
            var record = new LogRecord(
                IdAt(ms + (i * step), n), (ms + (i * step)) * 1000 + n % 1000, n % 5000, source.Row.SourceId, flags, n % 101 / 100.0, FeaturesOf(n), entity?.Invoke(i) ?? (n % 3 == 0 ? "" : $"C-{n % 50}"),
                n % 2 == 0 ? "local-admin" : "zoë", n % 7 == 0 ? [1, 0, (byte)n] : [], n % 5 == 0 ? [] : [(byte)n, 0, 7]);
            made.Add(record);
            records.Add(
                record.Id, record.Time, record.Latency, source, record.Flags, record.Probability, record.Features, Encoding.UTF8.GetBytes(record.Entity), Encoding.UTF8.GetBytes(record.Caller),
                record.Inputs, record.Sealed);
        }

        await _log.Append(source, records);
        return made;
    }

    public async Task<IReadOnlyList<LogRecord>> Scan(string deployment = "churn", long fromMs = 0, long toMs = long.MaxValue)
    {
        var found = new List<LogRecord>();
        await foreach (var piece in Predictions.Scan(Workspace, deployment, fromMs, toMs, Cancelled)) found.AddRange(piece.Select(row => row.Record));
        return found;
    }

    public async Task<IReadOnlyList<string>> List(PredictionFilter? filter = null, int limit = 23)
    {
        var ids = new List<string>();
        Guid? before = null;
        while (true)
        {
            var page = await Search.Page(Workspace, filter ?? Everything, before, limit, Cancelled);
            ids.AddRange(page.Items.Select(item => item.PredictionId));
            if (page.NextPageToken is null) return ids;
            page.Items.Count.ShouldBe(limit);
            before = Guid.ParseExact(PageToken.Read(page.NextPageToken).Value, "N");
        }
    }

    public static PredictionFilter Everything { get; } = new(null, null, 0, long.MaxValue, null, null, null);

    /// <summary>Whoever reads finds each record once, in every way there is to read, with all its bits.</summary>
    public async Task Holds(IReadOnlyCollection<LogRecord> expected)
    {
        var scanned = await Scan();
        scanned.Count.ShouldBe(expected.Count);
        Same(scanned.OrderBy(record => record.Id.ToString("N"), StringComparer.Ordinal), expected);
        (await List(limit: Math.Max(50, expected.Count / 8))).ShouldBe(expected.Select(record => record.Id.ToString("N")).OrderDescending(StringComparer.Ordinal));
        foreach (var one in expected.Where((_, i) => i % Math.Max(1, expected.Count / 3) == 0))
        {
            var found = await Predictions.FindRecord(Workspace, one.Id.ToString("N"), Cancelled);
            found.Refusal.ShouldBeNull();
            Same([found.Value.Record], [one]);
        }
    }

    public async Task<long> BlocksThatStand() => await _database.Read(t => t.Scalar<long>("SELECT count(*) FROM prediction_blocks"), Cancelled);

    public async Task<IReadOnlyList<Segment>> Segments() => await _database.Read(t => Segment.Between(t, Workspace, null, 0, long.MaxValue), Cancelled);

    public async ValueTask DisposeAsync()
    {
        Query.Dispose();
        await _database.DisposeAsync();
    }

    private static void Same(IEnumerable<LogRecord> found, IEnumerable<LogRecord> expected) =>
        found.Select(Text).ShouldBe(expected.OrderBy(record => record.Id.ToString("N"), StringComparer.Ordinal).Select(Text));

    private static string Text(LogRecord record) =>
        $"{record.Id:N} {record.Time} {record.Latency} {record.Source} {record.Flags} {BitConverter.DoubleToInt64Bits(record.Probability):x} "
        + $"{string.Join(',', record.Features.Select(value => BitConverter.SingleToUInt32Bits(value).ToString("x8")))} '{record.Entity}' '{record.Caller}' {Convert.ToHexString(record.Sealed)}";

    /// <summary>As Uuid7 makes them, at a time of choice.</summary>
    private static Guid IdAt(long ms, int n)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, (ms << 16) | 0x7000 | (uint)(n * 37 & 0xFFF));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], (1UL << 63) | ((ulong)n * 0x9E3779B97F4A7C15 >> 2));
        return new(bytes, bigEndian: true);
    }

    /// <summary>Several NaNs, both zeros, an infinity.</summary>
    private static float[] FeaturesOf(int n) => [n, BitConverter.UInt32BitsToSingle((n % 5) switch { 0 => 0x7FC00000, 1 => 0x7FC00001, 2 => 0x80000000, 3 => 0x7F800000, _ => (uint)n }), n / 7f];

    internal sealed class SetClock : TimeProvider
    {
        public long Ms { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Ms);
    }
}
