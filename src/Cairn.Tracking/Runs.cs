using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Artifacts;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Naming;
using Cairn.Tracking.RunRecords;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking;

/// <summary>What the other modules do with experiments and runs; the HTTP slices use the same tables.</summary>
public sealed class Runs
{
    private readonly Database _database;
    private readonly IBlobStore _blobs;
    private readonly TimeProvider _clock;
    private readonly DefaultExperiment _defaults;

    internal Runs(Database database, IBlobStore blobs, TimeProvider clock, DefaultExperiment defaults) =>
        (_database, _blobs, _clock, _defaults) = (database, blobs, clock, defaults);

    /// <summary>The experiment of that name, made when there is none. Returns its id.</summary>
    public async Task<Answer<string>> EnsureExperiment(Caller caller, string name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (Names.Experiment(name) is { } badName) return badName;

        await _defaults.Ensure(caller.Workspace, cancellation);
        var now = _clock.Micros();
        return await _database.Attempt<string>(
            transaction =>
            {
                if (ExperimentTable.Insert(transaction, caller.Workspace, name, null, now) is { } made)
                {
                    transaction.Write(caller, "experiment.create", $"experiments/{made.Id}", Detail.Of(new { name }));
                    return made.Id;
                }

                var found = ExperimentTable.FindByName(transaction, caller.Workspace, name)!;
                return found.IsDeleted ? ExperimentTable.Deleted(found) : found.Id;
            },
            cancellation);
    }

    /// <summary>A new running run. Returns its id.</summary>
    public Task<Answer<string>> Start(Caller caller, CreateRun run, CancellationToken cancellation) => Start(caller, Uuid7.New(_clock), run, cancellation);

    /// <summary>As above, under an id made before: who noted it first finds the run again after a crash. The same id again is the run it already is.</summary>
    /// <param name="runId">From <see cref="Uuid7.New"/>.</param>
    public async Task<Answer<string>> Start(Caller caller, string runId, CreateRun run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (!Uuid7.IsWellFormed(runId)) throw new ArgumentException($"'{runId}' is no run id.", nameof(runId));
        ArgumentNullException.ThrowIfNull(run);
        var tags = run.Tags ?? Tags.None;
        var tagged = tags.GetValueOrDefault(RunName.Tag);
        if (run.Name is not null && tagged is not null && run.Name != tagged)
            return new Refusal.Invalid("run.name-invalid", $"The name '{run.Name}' and the tag {RunName.Tag} '{tagged}' differ. Give one, or both alike.");

        var name = run.Name ?? tagged ?? RunName.Make();
        if ((Names.Run(name) ?? RunLog.Check(new LogBatch(Tags: run.Tags))) is { } refusal) return refusal;

        await _defaults.Ensure(caller.Workspace, cancellation);
        var now = _clock.Micros();
        return await _database.Attempt<string>(
            transaction =>
            {
                if (RunTable.Find(transaction, caller.Workspace, runId) is not null) return runId;
                var experiment = ExperimentTable.RequireActive(transaction, caller.Workspace, run.ExperimentId);
                if (experiment.Refusal is { } unknown) return unknown;

                var row = new Run { RunId = runId, ExperimentId = experiment.Value.ExperimentId, Name = name, UserName = caller.Name, StartedAt = now };
                RunTable.Insert(transaction, caller.Workspace, row, tags);
                transaction.Write(caller, "run.create", $"runs/{runId}", Detail.Of(new { name, experiment = experiment.Value.Id }));
                transaction.Emit(new NewEvent(caller.Workspace, "run.started", $"runs/{runId}", Detail.Of(new { run = runId, name, experiment = experiment.Value.Id })));
                return runId;
            },
            cancellation);
    }

    /// <summary>Params, tags and metrics in one transaction, all or nothing. Logging the same again changes nothing.</summary>
    public async Task<Answer<Done>> Log(Caller caller, string runId, LogBatch batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(batch);
        if (RunLog.Check(batch) is { } refusal) return refusal;

        var now = _clock.Micros();
        return await _database.Attempt<Done>(
            transaction =>
            {
                var run = RunTable.RequireActive(transaction, caller.Workspace, runId);
                return run.Refusal is { } unknown ? unknown : RunLog.Write(transaction, caller.Workspace, run.Value, batch, now);
            },
            cancellation);
    }

    /// <summary>The data a run read. The same name and digest again keeps the first context.</summary>
    public async Task<Answer<Done>> LogInput(Caller caller, string runId, DatasetInputWire input, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(input);
        if (RunInputs.Check(input) is { } refusal) return refusal;

        var now = _clock.Micros();
        return await _database.Attempt<Done>(
            transaction =>
            {
                var run = RunTable.RequireActive(transaction, caller.Workspace, runId);
                if (run.Refusal is { } unknown) return unknown;

                RunInputs.Write(transaction, caller.Workspace, run.Value, input, now);
                return default(Done);
            },
            cancellation);
    }

    /// <summary>Stores a file under the run; one of the same path is replaced.</summary>
    /// <param name="path">Relative, with slashes: <c>evaluation/roc.json</c>.</param>
    public async Task<Answer<Done>> LogArtifact(Caller caller, string runId, string path, Stream content, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var safe = ArtifactPath.Parse(path);
        if (safe.Refusal is { } unsafePath) return unsafePath;

        var known = await _database.Read(transaction => RunTable.RequireActive(transaction, caller.Workspace, runId), cancellation);
        if (known.Refusal is { } unknown) return unknown; // before a large file is taken in

        var blob = await _blobs.Write(content, cancellation);
        var now = _clock.Micros();
        return await _database.Attempt<Done>(
            transaction =>
            {
                var run = RunTable.RequireActive(transaction, caller.Workspace, runId);
                return run.Refusal is { } gone ? gone : ArtifactTable.Put(transaction, caller.Workspace, runId, safe.Value, blob, now);
            },
            cancellation);
    }

    /// <summary>Opens a file of a run.</summary>
    /// <param name="runId">The beginning is enough.</param>
    public Task<Answer<RunArtifact>> OpenArtifact(WorkspaceId workspace, string runId, string path, CancellationToken cancellation) =>
        StoredArtifact.Open(_database, _blobs, workspace, runId, path, cancellation);

    /// <param name="status"><c>finished</c>, <c>failed</c> or <c>killed</c>.</param>
    public async Task<Answer<Done>> End(Caller caller, string runId, string status, CancellationToken cancellation)
    {
        if (RunStatus.Check(status) is { } badStatus) return badStatus;
        if (!RunStatus.IsEnd(status)) return new Refusal.Invalid("run.status-invalid", $"A run does not end as '{status}', but as finished, failed or killed.");

        var updated = await Update(caller, runId, new UpdateRun(status), cancellation);
        return updated.Refusal is { } refusal ? refusal : default(Done);
    }

    /// <summary>Status, end, name, description and tags. An end status without a time ends the run now; a run set to running again has no end.</summary>
    public async Task<Answer<RunWire>> Update(Caller caller, string runId, UpdateRun update, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(update);
        if (RunChange.Check(update) is { } refusal) return refusal;

        var now = _clock.Micros();
        return await _database.Attempt<RunWire>(
            transaction =>
            {
                var run = RunTable.RequireActive(transaction, caller.Workspace, runId);
                if (run.Refusal is { } unknown) return unknown;
                RunChange.Write(transaction, caller, run.Value, update, now);
                return RunTable.ToWire(transaction, caller.Workspace, [RunTable.Find(transaction, caller.Workspace, runId)!])[0];
            },
            cancellation);
    }

    public Task<RunWire?> Find(WorkspaceId workspace, string runId, CancellationToken cancellation) => _database.Read(
        transaction => RunTable.Find(transaction, workspace, runId) is { } run ? RunTable.ToWire(transaction, workspace, [run])[0] : null, cancellation);
}

/// <summary>A file of a run; whoever asked for it closes it.</summary>
public sealed record RunArtifact(string RunId, Digest Digest, long Length, Stream Content);
