using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Truth;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Unit.Tests.Serving;

/// <summary>A log of predictions that the test writes itself, at times of its own, and the outcomes told about them.</summary>
internal sealed class OutcomeLog : IAsyncDisposable
{
    public const string Deployment = "churn";

    public static readonly Caller Ann = Caller.LocalAdmin with { Name = "ann" };

    private readonly ServiceProvider _services;
    private readonly string _folder = Directory.CreateTempSubdirectory("cairn-test-").FullName;
    private long _made;

    public OutcomeLog(string? postgres = null, OutcomeSettings? settings = null)
    {
        _services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(Clock)
            .AddStorage(new() { Home = _folder, PostgreSql = postgres }).AddAccess().AddTracking().AddServing().BuildServiceProvider();
        Deploy(Deployment, settings ?? new());
    }

    public HandClock Clock { get; } = new();

    public OutcomeIntake Intake => Get<OutcomeIntake>();

    public Outcomes Outcomes => Get<Outcomes>();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public LiveDeployment Deploy(string name, OutcomeSettings settings, WorkspaceId? workspace = null)
    {
        var live = Get<LiveDeployments>().Add(new(workspace ?? WorkspaceId.Default, name, "model", IsDefault: name == Deployment, 0));
        live.Choose(new() { Outcome = settings });
        return live;
    }

    /// <summary>An id of a prediction as if it had been asked for then.</summary>
    public Guid IdAt(DateTimeOffset time) => Guid.ParseExact($"{time.ToUnixTimeMilliseconds():x12}7000{0x8000_0000_0000_0000 + (ulong)++_made:x16}", "N");

    public async Task<Guid> Log(DateTimeOffset time, string entity = "", double probability = 0.7, RecordFlags flags = RecordFlags.None, string deployment = Deployment, long version = 1, WorkspaceId? workspace = null)
    {
        var id = IdAt(time);
        await Log([new(id, entity, probability)], flags, deployment, version, workspace);
        return id;
    }

    public Task Log(IReadOnlyList<Logged> predictions, RecordFlags flags = RecordFlags.None, string deployment = Deployment, long version = 1, WorkspaceId? workspace = null, string variant = "champion")
    {
        var at = workspace ?? WorkspaceId.Default;
        var source = new LogSourceRow(at, Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{deployment} {variant} {version}")).GetHashCode(), deployment, variant, "model", version, Digest.Of("package"u8), 1, 0.5, "Yes", "No", "[\"x\"]", "{}");
        var (answered, records) = (new LogSource(source, null!, () => null), new LogRecords());
        foreach (var one in predictions)
            records.Add(one.Id, Uuid7.TimeOf(one.Id)!.Value * 1000, 100, answered, flags, one.Probability, [1f], System.Text.Encoding.UTF8.GetBytes(one.Entity), "ann"u8, [], []);
        return Get<LogDatabase>().Write(
            transaction =>
            {
                answered.Insert(transaction);
                Block.Insert(transaction, at, deployment, records);
                return true;
            },
            Cancelled);
    }

    /// <summary>As the table of deployments has it: retention reads it there.</summary>
    public Task KeepDays(int days) => Get<Database>().Write(
        transaction => transaction.Execute(
            "INSERT INTO deployments (workspace_id, name, model, is_default, created_at, settings) VALUES (@workspace, @Deployment, 'model', 1, 0, @settings)",
            new { workspace = WorkspaceId.Default, Deployment, settings = $$$"""{"log": {"keep_days": {{{days}}}}}""" }),
        Cancelled);

    public async Task<Receipt> Tell(NewOutcomeWire told, string key = "", Caller? caller = null) => (await Tell([told], key, caller))[0];

    public Task<Receipt[]> Tell(IReadOnlyList<NewOutcomeWire> told, string key = "", Caller? caller = null) =>
        Intake.Take(caller ?? Ann, key, [.. told.Select(one => NewOutcome.Read(one, TimeZoneInfo.Utc, Clock.Micros()))], Cancelled);

    public Task<Receipt> Tell(Guid prediction, string value, DateTimeOffset? observed = null, bool correction = false, string key = "") =>
        Tell(About(prediction, value, observed, correction), key);

    /// <summary>Stores an outcome as one for which no prediction was found.</summary>
    public Task Wait(string entity, string value, DateTimeOffset observed) => Get<LogDatabase>().Write(
        transaction =>
        {
            OutcomeTable.Insert(transaction, [new(0, WorkspaceId.Default, Deployment, null, entity, value, null, observed.ToUnixTimeMilliseconds() * 1000, true, false, false, "", Clock.Micros(), "ann")]);
            return true;
        },
        Cancelled);

    public static NewOutcomeWire About(Guid prediction, string value, DateTimeOffset? observed = null, bool correction = false) =>
        new() { PredictionId = prediction.ToString("N"), Value = value, ObservedAt = observed?.ToString("O"), Correction = correction };

    public static NewOutcomeWire Of(string entity, string value, DateTimeOffset observed, string? deployment = null) =>
        new() { Entity = entity, Value = value, ObservedAt = observed.ToString("O"), Deployment = deployment };

    public async Task<TruthWire> TruthOf(Guid prediction) => (await Outcomes.About(WorkspaceId.Default, Deployment, prediction, Cancelled)).Truth;

    public async Task<string?> ValueOf(Guid prediction) => (await TruthOf(prediction)).Value;

    public Task<OutcomeSummaryWire> Summary(string deployment = Deployment) =>
        Get<OutcomeSummary>().Of(Get<LiveDeployments>().Find(WorkspaceId.Default, deployment).Value, 0, long.MaxValue / 2, Cancelled);

    public Task<long> Rows() => Get<LogDatabase>().Read(transaction => transaction.Scalar<long>("SELECT count(*) FROM outcomes"), Cancelled);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

internal sealed record Logged(Guid Id, string Entity, double Probability = 0.7);

/// <summary>Stands where it was put.</summary>
internal sealed class HandClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
