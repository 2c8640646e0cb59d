using Cairn.Data;
using Cairn.Kernel;
using Cairn.Serving.Batch;
using Cairn.Serving.Live;
using Cairn.Storage;
using Cairn.Tracking;

namespace Cairn.Serving;

/// <summary>What scores a batch. Fixed when it begins: a promotion in the middle changes nothing.</summary>
/// <param name="Package">The digest.</param>
public sealed record BatchModel(string Deployment, string Model, long Version, string Package);

/// <param name="Keep">Columns of the source that stand before the answer; none: the number of the row.</param>
/// <param name="Explain">How many reasons stand behind each answer; 0: none.</param>
/// <param name="SkipInvalid">False: one row that breaks the contract refuses all of them. True: such rows go to a file of their own.</param>
/// <param name="Csv">Else Parquet.</param>
/// <param name="Single">One file; else a folder with one file for each part.</param>
public sealed record BatchOrder(BatchModel Model, IReadOnlyList<string> Keep, int Explain, bool SkipInvalid, bool Csv, bool Single);

/// <param name="Order">With the columns that will be kept.</param>
public sealed record BatchPlan(BatchOrder Order, RowSource Source);

/// <param name="Parts">Of which <paramref name="Reused"/> were finished by an earlier attempt.</param>
public sealed record BatchTally(long Rows, long Scored, long Rejected, int Parts, int Reused);

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

    internal BatchScoring(LiveDeployments live, Models models, LoadedPackages loaded, RowSources sources, Analytics analytics, DatabaseTables tables) =>
        (_live, _models, _loaded, _sources, _analytics, _tables) = (live, models, loaded, sources, analytics, tables);

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
            ? new BatchModel(row.Name, row.Model, registered.Version, package)
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
    /// <param name="progress">Rows that are done; called from several threads, one at a time.</param>
    public async Task<Answer<BatchTally>> Score(WorkspaceId workspace, BatchPlan plan, string folder, Action<long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Source.Changed() is { } changed) return changed;
        using var loan = _loaded.Borrow();
        var loaded = await loan.Take(workspace, Digest.Parse(plan.Order.Model.Package), cancellation);
        return loaded.Refusal is { } unusable ? unusable : await new PartScoring(_analytics, loaded.Value.Predictor, plan, new(folder, plan.Order), progress).Run(cancellation);
    }

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

    private static TableOrder TableOf(string id, BatchPlan plan, string table, bool replace) =>
        new(table, id, AnswerColumns.Typed(plan.Order, plan.Source), AnswerColumns.TypedRejects(plan.Order), replace);
}
