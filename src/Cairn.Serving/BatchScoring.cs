using Cairn.Access;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Serving.Batch;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Storage;
using Cairn.Tracking;

namespace Cairn.Serving;

/// <summary>What scores a batch. Fixed when it begins: a promotion in the middle changes nothing.</summary>
/// <param name="Package">The digest.</param>
/// <param name="Variant">Under which the log has its answers: the champion when it was asked for, or is the version that was.</param>
public sealed record BatchModel(string Deployment, string Model, long Version, string Package, string Variant = "champion")
{
    /// <summary>The variant of another version than the champion's.</summary>
    public const string Another = "batch";
}

/// <param name="Keep">Columns of the source that stand before the answer; none: the number of the row.</param>
/// <param name="Explain">How many reasons stand behind each answer; 0: none.</param>
/// <param name="SkipInvalid">False: one row that breaks the contract refuses all of them. True: such rows go to a file of their own.</param>
/// <param name="Csv">Else Parquet.</param>
/// <param name="Single">One file; else a folder with one file for each part.</param>
public sealed record BatchOrder(BatchModel Model, IReadOnlyList<string> Keep, int Explain, bool SkipInvalid, bool Csv, bool Single)
{
    /// <value>True: the answers go to the log of predictions too, and have their ids.</value>
    public bool Log { get; init; }
}

/// <param name="Order">With the columns that will be kept.</param>
public sealed record BatchPlan(BatchOrder Order, RowSource Source);

/// <param name="Parts">Of which <paramref name="Reused"/> were finished by an earlier attempt.</param>
public sealed record BatchTally(long Rows, long Scored, long Rejected, int Parts, int Reused);

/// <summary>How the answers of a batch are logged.</summary>
/// <param name="Id">Of the batch, a UUIDv7: the ids of its predictions follow from it and the number of the row.</param>
/// <param name="Caller">Who asked.</param>
/// <param name="Folder">Where they wait until all rows are answered; in the file system of the parts.</param>
public sealed record BatchLogging(string Id, Caller Caller, string Folder);

/// <summary>Scores files of any size, part by part. A part is finished or it is not; what is finished is not done again.</summary>
public sealed class BatchScoring
{
    /// <summary>About how many rows a part has: enough to forget what it costs to begin one, few enough for all its answers to be held.</summary>
    public const int PartRows = 1 << 17;

    private readonly LiveDeployments _live;
    private readonly Models _models;
    private readonly LoadedPackages _loaded;
    private readonly RowSources _sources;
    private readonly Analytics _analytics;
    private readonly DatabaseTables _tables;
    private readonly BatchLog _log;
    private readonly TimeProvider _clock;

    internal BatchScoring(LiveDeployments live, Models models, LoadedPackages loaded, RowSources sources, Analytics analytics, DatabaseTables tables, BatchLog log, TimeProvider clock) =>
        (_live, _models, _loaded, _sources, _analytics, _tables, _log, _clock) = (live, models, loaded, sources, analytics, tables, log, clock);

    /// <summary>What a deployment serves now, or another version of its model.</summary>
    public async Task<Answer<BatchModel>> Choose(WorkspaceId workspace, string deployment, long? version, CancellationToken cancellation)
    {
        var found = _live.Find(workspace, deployment);
        if (found.Refusal is { } unknown) return unknown;
        var row = found.Value.Row;
        if (version is null)
        {
            return found.Value.Champion is { Version: { } serves, Package: { } sealedAs }
                ? new BatchModel(row.Name, row.Model, serves, sealedAs)
                : new Refusal.Unavailable("deployment.no-model", $"The deployment {row.Name} serves nothing. {found.Value.Problem}");
        }

        if (await _models.Find(workspace, row.Model, version.Value, cancellation) is not { } registered)
            return new Refusal.Missing("registry.version-unknown", $"{row.Model} has no version {version}. 'cairn models show {row.Model}' lists those there are.");
        return registered.PackageDigest is { } package
            ? new BatchModel(row.Name, row.Model, registered.Version, package, found.Value.Champion?.Version == registered.Version ? LiveVariant.Champion : BatchModel.Another)
            : new Refusal.Conflict("deployment.no-package", $"Version {version} of {row.Model} was logged from outside and has no package of Cairn. Choose a version trained by Cairn.");
    }

    /// <summary>Looks at the source: how it is cut, and whether it has what the model and the order ask for.</summary>
    /// <param name="keep">Null: the column that named the rows in training, if the source has it.</param>
    /// <param name="files">Absolute paths: whoever calls has decided that they may be read.</param>
    public async Task<Answer<BatchPlan>> Plan(WorkspaceId workspace, BatchOrder order, IReadOnlyList<string>? keep, IReadOnlyList<string> files, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(order);
        using var loan = _loaded.Borrow();
        var loaded = await loan.Take(workspace, Digest.Parse(order.Model.Package), cancellation);
        if (loaded.Refusal is { } unusable) return unusable;
        var predictor = loaded.Value.Predictor;
        var opened = await _sources.Open(files, predictor.Columns, PartRows, cancellation);
        if (opened.Refusal is { } unreadable) return unreadable;

        var source = opened.Value;
        keep ??= predictor.Key is { } key && source.Columns.Any(column => column.Name == key) ? [key] : [];
        if (AnswerColumns.Refused(source, keep) is { } refusal) return refusal;
        return new BatchPlan(order with { Keep = keep, Explain = Math.Min(order.Explain, predictor.Features.Count) }, source);
    }

    /// <summary>Scores what is not scored yet. Stopped at any moment, it goes on from its finished parts when it is called again with the same plan and folder.</summary>
    /// <param name="folder">Where the parts are put; in the file system where they shall end up.</param>
    /// <param name="log">When the answers are logged: under which id, for whom, and where they wait.</param>
    /// <param name="progress">Rows that are done; called from several threads, one at a time.</param>
    public async Task<Answer<BatchTally>> Score(WorkspaceId workspace, BatchPlan plan, string folder, BatchLogging? log, Action<long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Source.Changed() is { } changed) return changed;
        using var loan = _loaded.Borrow();
        var loaded = await loan.Take(workspace, Digest.Parse(plan.Order.Model.Package), cancellation);
        if (loaded.Refusal is { } unusable) return unusable;
        var predictor = loaded.Value.Predictor;
        PartLog? kept = null;
        if (log is not null)
        {
            var found = _live.Find(workspace, plan.Order.Model.Deployment);
            if (found.Refusal is { } gone) return gone;
            var (source, entity) = (SourceOf(found.Value, plan.Order.Model, predictor), found.Value.Settings.Entity ?? predictor.Key);
            if (RowLog.Of(found.Value.Settings.Log, log.Caller, _clock, RecordFlags.Batch) is not { } rows) return Off(plan.Order.Model.Deployment);
            Directory.CreateDirectory(log.Folder);
            kept = new(log.Folder, () => new LoggedRows(predictor, source, rows, new(log.Id), entity));
        }

        return await new PartScoring(_analytics, predictor, plan, new(folder, plan.Order), kept, progress).Run(cancellation);
    }

    /// <summary>Null: what that deployment answers may be logged.</summary>
    public Refusal? Unlogged(WorkspaceId workspace, string deployment) =>
        _live.Find(workspace, deployment) is { Refusal: null } found && found.Value.Settings.Log.Sample <= 0 ? Off(deployment) : null;

    /// <summary>Brings the answers of all parts into the log, each once, however often it is called.</summary>
    /// <param name="progress">Predictions that are there.</param>
    public async Task<Answer<long>> Log(WorkspaceId workspace, BatchPlan plan, BatchLogging log, Action<double, long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(progress);
        using var loan = _loaded.Borrow();
        var loaded = await loan.Take(workspace, Digest.Parse(plan.Order.Model.Package), cancellation);
        if (loaded.Refusal is { } unusable) return unusable;
        var found = _live.Find(workspace, plan.Order.Model.Deployment);
        if (found.Refusal is { } gone) return gone;
        var parts = plan.Source.Stretches.Count;
        try
        {
            return await _log.Keep(workspace, log.Id, SourceOf(found.Value, plan.Order.Model, loaded.Value.Predictor), log.Folder, parts, (part, logged) => progress((double)part / parts, logged), cancellation);
        }
        catch (StorageException e)
        {
            return new Refusal.Unavailable("predict.not-logged", $"The log of predictions does not take the answers, so they are not given. {e.Message} The same request goes on where it stopped.");
        }
    }

    /// <summary>The batch has got to its end, and nothing of it is logged again.</summary>
    public Task Logged(WorkspaceId workspace, string id, CancellationToken cancellation) => _log.Forget(workspace, id, cancellation);

    /// <summary>Puts finished parts into their place: whole, or not at all. Calling it again has the effect of once.</summary>
    /// <param name="id">Of the batch: tells its output from that of another.</param>
    /// <param name="folder">As in <see cref="Score"/>.</param>
    /// <param name="output">A file or a folder, as the order says. What stands there is replaced.</param>
    /// <returns>How many bytes it has.</returns>
    public Task<long> Publish(string id, BatchPlan plan, string folder, string output, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var publishing = new Publishing(_analytics, plan, new(folder, plan.Order), output, id);
        return plan.Order.Single ? publishing.AsFile(cancellation) : publishing.AsFolder(cancellation);
    }

    /// <summary>Could the answers be written into that table? Tried, and undone.</summary>
    /// <param name="replace">What stands in it shall go.</param>
    public static Task<Answer<Done>> CheckTable(string id, BatchPlan plan, OutsideDatabase database, string table, bool replace, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return DatabaseTables.Check(database, TableOf(id, plan, table, replace), cancellation);
    }

    /// <summary>Writes finished parts into a table, each once, however often it is called.</summary>
    /// <param name="progress">Rows that are in the table.</param>
    public async Task<Answer<Done>> PublishTable(
        string id, BatchPlan plan, string folder, OutsideDatabase database, string table, bool replace, Action<long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var parts = new PartFolder(folder, plan.Order).All(plan.Source.Stretches.Count);
        var written = await _tables.Write(database, TableOf(id, plan, table, replace), parts, progress, cancellation);
        return written.Refusal is { } refusal ? refusal : default(Done);
    }

    /// <summary>Where rejected rows stand, if there are any.</summary>
    public static string RejectsOf(string output, bool single) => single ? $"{output}.rejects.csv" : Path.Combine(output, "rejects.csv");

    /// <summary>Is this a folder that a batch made, and nothing else?</summary>
    public static bool IsOutput(string folder) => File.Exists(Path.Combine(folder, "_SUCCESS")) && File.Exists(Path.Combine(folder, "manifest.json"));

    private static Refusal.Conflict Off(string deployment) =>
        new("batch.log-off", $"The log of {deployment} is switched off (log.sample is 0), and the batch asks for it. Leave --log out, or switch it on: cairn deployments set {deployment} --log-sample 1.");

    private static LogSource SourceOf(LiveDeployment deployment, BatchModel model, Predictor predictor) =>
        new(LogSourceRow.Of(deployment.Row.WorkspaceId, model.Deployment, model.Variant, model.Model, model.Version, predictor), predictor, () => deployment.Settings.Entity);

    private static TableOrder TableOf(string id, BatchPlan plan, string table, bool replace) =>
        new(table, id, AnswerColumns.Typed(plan.Order, plan.Source), AnswerColumns.TypedRejects(plan.Order), replace);
}
