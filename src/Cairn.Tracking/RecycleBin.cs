using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Recycling;

namespace Cairn.Tracking;

/// <summary>Purges what was deleted. It may be stopped anywhere, and goes on with what it has begun.</summary>
public sealed class RecycleBin
{
    internal const string ArtifactNames = "artifacts";

    private const int AtOnce = 20, MostKept = 100, MostNames = 100;

    private readonly Database _database;
    private readonly UnnamedBlobs _blobs;
    private readonly TimeProvider _clock;

    internal RecycleBin(Database database, UnnamedBlobs blobs, TimeProvider clock) => (_database, _blobs, _clock) = (database, blobs, clock);

    /// <summary>Null: each of the subjects is in the bin and may be purged.</summary>
    public async Task<Refusal?> Check(WorkspaceId workspace, IReadOnlyList<string> subjects, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        foreach (var subject in subjects)
        {
            if (await Find(workspace, subject, cancellation) is not { } item) return Unknown(subject);
            if (item.Kept is { } reason) return new Refusal.Conflict("bin.kept", $"{item.Subject} ('{item.Name}') is not purged. {reason}");
        }

        return null;
    }

    /// <summary>Null: each of the subjects is in the bin.</summary>
    internal async Task<Refusal?> Missing(WorkspaceId workspace, IReadOnlyList<string> subjects, CancellationToken cancellation)
    {
        foreach (var subject in subjects)
            if (await Find(workspace, subject, cancellation) is null) return Unknown(subject);
        return null;
    }

    private static Refusal.Missing Unknown(string subject) =>
        new("bin.unknown", $"'{subject}' is not in the bin. What is deleted lies there as runs/ID, experiments/ID or logged-models/ID: GET /api/v1/bin lists it.");

    /// <summary>What a purge would take away.</summary>
    /// <param name="subjects">Null: all of the bin.</param>
    /// <param name="deletedBefore">And no other.</param>
    public async Task<PurgeResult> Look(WorkspaceId workspace, IReadOnlyList<string>? subjects, long deletedBefore, Action<double, string> report, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(report);
        var (result, owners, files) = (new PurgeResult(true, 0, 0, 0, 0, 0, 0, [], 0), new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, (long Named, long Length)>(StringComparer.Ordinal));
        var (kept, names) = (new List<KeptWire>(), new List<string>());
        await foreach (var item in Items(workspace, subjects, deletedBefore, cancellation))
        {
            if (item.Kept is { } reason)
            {
                if (kept.Count < MostKept) kept.Add(new(item.Subject, item.Name, reason));
                continue;
            }

            await _database.Read(transaction => LookInto(transaction, workspace, item, owners, files), cancellation);
            if (item.Kind == BinKind.Experiments.Name)
            {
                result = result with { Experiments = result.Experiments + 1 };
                if (names.Count < MostNames) names.Add(item.Name);
            }

            report(0.5, $"{owners.Count:N0} runs and logged models, {files.Count:N0} files");
        }

        var models = owners.Count(owner => owner.StartsWith("m-", StringComparison.Ordinal));
        var others = await _blobs.Named([.. files.Keys], ArtifactNames, cancellation);
        foreach (var some in files.Where(file => !others.Contains(file.Key)).Chunk(1000))
        {
            var named = await _database.Read(
                transaction => transaction.Query<NamedFile>(
                    $"SELECT digest, COUNT(*) AS rows FROM run_artifacts WHERE digest {transaction.Among("digests")} GROUP BY digest", new { digests = transaction.Texts([.. some.Select(file => file.Key)]) }),
                cancellation);
            var rows = named.ToDictionary(file => file.Digest, file => file.Rows, StringComparer.Ordinal);
            foreach (var (digest, (here, length)) in some)
                if (rows.GetValueOrDefault(digest) <= here) result = result with { Files = result.Files + 1, Bytes = result.Bytes + length };
        }

        return result with { Runs = owners.Count - models, LoggedModels = models, Kept = kept, Names = names };
    }

    /// <summary>Takes away what may go, after what an earlier purge has begun.</summary>
    /// <returns>Without the files, which are removed when nothing names them any more.</returns>
    public async Task<PurgeResult> Purge(Caller caller, IReadOnlyList<string>? subjects, long deletedBefore, Action<double, string> report, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(report);
        var (result, kept, waiting) = (new PurgeResult(false, 0, 0, 0, 0, 0, 0, [], 0), new List<KeptWire>(), new List<BinItem>());
        result = await Finish(caller.Workspace, result, report, cancellation);
        await foreach (var item in Items(caller.Workspace, subjects, deletedBefore, cancellation))
        {
            if (item.Kept is { } reason)
            {
                if (kept.Count < MostKept) kept.Add(new(item.Subject, item.Name, reason));
                continue;
            }

            waiting.Add(item);
            if (waiting.Count < AtOnce) continue;
            result = await Take(caller, waiting, result, report, cancellation);
        }

        return (waiting.Count == 0 ? result : await Take(caller, waiting, result, report, cancellation)) with { Kept = kept };
    }

    /// <summary>The workspaces in which a purge has begun, or may begin.</summary>
    /// <param name="deletedBefore">Null: none begins.</param>
    public async Task<IReadOnlyList<WorkspaceId>> Waiting(long? deletedBefore, CancellationToken cancellation)
    {
        var over = BinKind.All.Select(kind => $"UNION SELECT x.workspace_id FROM {kind.From} AND x.deleted_at < @before AND {kind.KeptBy} IS NULL");
        var found = await _database.Read(
            transaction => transaction.Query<string>($"SELECT workspace_id FROM purges {string.Join(' ', over)}", new { before = deletedBefore ?? long.MinValue }), cancellation);
        return [.. found.Select(workspace => new WorkspaceId(workspace))];
    }

    private async Task<PurgeResult> Take(Caller caller, List<BinItem> items, PurgeResult result, Action<double, string> report, CancellationToken cancellation)
    {
        var now = _clock.Micros();
        await _database.Write(
            transaction =>
            {
                foreach (var item in items) Purging.Begin(transaction, caller, item, now);
                return true;
            },
            cancellation);
        items.Clear();
        return await Finish(caller.Workspace, result, report, cancellation);
    }

    private async Task<PurgeResult> Finish(WorkspaceId workspace, PurgeResult result, Action<double, string> report, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var step = await _database.Write(transaction => Purging.Continue(transaction, workspace, _clock), cancellation);
            if (step.IsOver) return result;
            result = result with { Experiments = result.Experiments + step.Experiments, Runs = result.Runs + step.Runs, LoggedModels = result.LoggedModels + step.LoggedModels };
            report(0.5, $"{result.Runs:N0} runs, {result.LoggedModels:N0} logged models, {result.Experiments:N0} experiments");
        }
    }

    private async IAsyncEnumerable<BinItem> Items(
        WorkspaceId workspace, IReadOnlyList<string>? subjects, long deletedBefore, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var subject in subjects ?? [])
            if (await Find(workspace, subject, cancellation) is { } item && item.DeletedAt < deletedBefore) yield return item;
        if (subjects is not null) yield break;

        foreach (var kind in BinKind.All)
        {
            for (var page = await Next(kind, null); page.Count > 0; page = await Next(kind, page[^1]))
                foreach (var item in page) yield return item;
        }

        Task<IReadOnlyList<BinItem>> Next(BinKind kind, BinItem? after) => _database.Read(transaction => BinContents.Next(transaction, workspace, kind, deletedBefore, after, AtOnce), cancellation);
    }

    private Task<BinItem?> Find(WorkspaceId workspace, string subject, CancellationToken cancellation) => _database.Read(
        transaction => BinContents.Find(transaction, workspace, subject), cancellation);

    private static bool LookInto(ReadTransaction transaction, WorkspaceId workspace, BinItem item, HashSet<string> owners, Dictionary<string, (long Named, long Length)> files)
    {
        var of = new { workspace = workspace.Value, item.Id, item.ExperimentId };
        var fresh = new HashSet<string>(StringComparer.Ordinal);
        if (item.Kind == BinKind.Experiments.Name)
        {
            transaction.Each("SELECT run_id FROM runs WHERE workspace_id = @workspace AND experiment_id = @ExperimentId", of, row => fresh.Add(row.GetString(0)));
            transaction.Each("SELECT model_id FROM logged_models WHERE workspace_id = @workspace AND experiment_id = @ExperimentId", of, row => fresh.Add(row.GetString(0)));
        }
        else
        {
            fresh.Add(item.Id);
        }

        fresh.ExceptWith(owners); // a run that was deleted by itself is of an experiment that was deleted too
        owners.UnionWith(fresh);
        transaction.Each(
            $"SELECT run_id, digest, length FROM run_artifacts WHERE workspace_id = @workspace AND run_id {BinContents.Owners(item)}", of,
            row =>
            {
                if (!fresh.Contains(row.GetString(0))) return;
                var digest = row.GetString(1);
                files[digest] = (files.GetValueOrDefault(digest).Named + 1, row.GetInt64(2));
            });
        return true;
    }

    private sealed record NamedFile
    {
        public string Digest { get; init; } = "";

        public long Rows { get; init; }
    }
}
