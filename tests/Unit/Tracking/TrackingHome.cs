using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking;
using Cairn.Unit.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Unit.Tests.Tracking;

/// <summary>A home with storage and tracking, on SQLite or on PostgreSQL.</summary>
public sealed class TrackingHome : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly TestPostgres? _postgres;

    private TrackingHome(TestPostgres? postgres)
    {
        _postgres = postgres;
        Folder = Directory.CreateTempSubdirectory("cairn-tracking-").FullName;
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock).AddStorage(new() { Home = Folder, PostgreSql = postgres?.ConnectionString }).AddTracking().BuildServiceProvider();
    }

    public static Caller Admin { get; } = Caller.LocalAdmin;

    public static Caller Neighbour { get; } = new(new WorkspaceId("next-door"), "neighbour", Permission.All);

    public string Folder { get; }

    public SteppingClock Clock { get; } = new();

    public Database Database => _services.GetRequiredService<Database>();

    public RecycleBin Bin => _services.GetRequiredService<RecycleBin>();

    /// <value>By the clock that files are written by.</value>
    public UnnamedBlobs Unnamed => field ??= new(Database, Blobs, _services.GetServices<BlobNames>(), TimeProvider.System);

    public IBlobStore Blobs => _services.GetRequiredService<IBlobStore>();

    public Runs Runs => _services.GetRequiredService<Runs>();

    public Models Models => _services.GetRequiredService<Models>();

    public ModelPackages Packages => _services.GetRequiredService<ModelPackages>();

    public static async Task<TrackingHome> Open(bool postgres) => new(postgres ? await TestPostgres.Create() : null);

    public async Task<string> Run(Caller? caller = null, string? name = null) => (await Runs.Start(caller ?? Admin, new CreateRun("0", name), default)).Value;

    public async Task<RunWire> Read(string run) => (await Runs.Find(WorkspaceId.Default, run, default))!;

    public async Task<Digest> Package(string content) => (await Packages.Seal(
        WorkspaceId.Default,
        new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["MLmodel"] = "flavors: {}"u8.ToArray(), ["model.bin"] = System.Text.Encoding.UTF8.GetBytes(content) },
        default)).Value.Digest;

    /// <summary>A version trained here, with that verdict of its gates, or none.</summary>
    public async Task<long> Version(string model, string? verdict = "passed")
    {
        var run = await Run();
        var version = (await Models.Register(Admin, model, run, await Package(run), new Dictionary<string, string>(StringComparer.Ordinal), default)).Value;
        if (verdict is not null)
            (await Models.RecordVerdict(Admin, model, version, new(verdict, "roc_auc is 0.7.", 1, [new("roc_auc >= 0.8", verdict == "passed", "0.7 on 2,000 rows")]), default)).Refusal.ShouldBeNull();
        return version;
    }

    public Task<Answer<PromotionWire>> Promote(string model, long version, string? reason = null, bool unverified = false, bool force = false) =>
        Models.Promote(Admin, model, new Promote(version, reason, unverified, force), default);

    public async Task<long?> Champion(string model) => (await Models.FindChampion(WorkspaceId.Default, model, default))?.Version;

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_postgres is not null) await _postgres.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Stands still until it is told to go on.</summary>
public sealed class SteppingClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => _now;

    public void Step(TimeSpan by) => _now += by;
}
