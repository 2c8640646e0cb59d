using System.Runtime.CompilerServices;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Recycling;

namespace Cairn.Tracking;

/// <summary>Purges what was deleted. It may be stopped anywhere, and goes on with what it has begun.</summary>
public sealed class RecycleBin
{
    internal const string ArtifactNames = "artifacts", PackageFileNames = "packages";

    private const int AtOnce = 20, MostKept = 100, PackagesAtOnce = 100;

    private readonly Database _database;
    private readonly UnnamedBlobs _blobs;
    private readonly IReadOnlyList<PackageNames> _packages;
    private readonly TimeProvider _clock;

    internal RecycleBin(Database database, UnnamedBlobs blobs, IEnumerable<PackageNames> packages, TimeProvider clock) => (_database, _blobs, _packages, _clock) = (database, blobs, [.. packages], clock);

    /// <summary>Null: each of the subjects is in the bin and may be purged.</summary>
    public async Task<Refusal?> Check(WorkspaceId workspace, IReadOnlyList<string> subjects, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(subjects);
        var all = subjects.ToHashSet(StringComparer.Ordinal);
        foreach (var subject in subjects)
        {
            if (await Find(workspace, subject, cancellation) is not { } item) return Unknown(subject);
            if (item.Kept is { } reason && await _database.Read(transaction => BinContents.Together(transaction, workspace, [item], all), cancellation) is [])
                return new Refusal.Conflict("bin.kept", $"{item.Subject} ('{item.Name}') is not purged. {reason}");
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

    private static Refusal.Missing Unknown(string subject) => new(
        "bin.unknown", $"'{subject}' is not in the bin. What is deleted lies there as {string.Join(", ", BinKind.All.Select(kind => $"{kind.Name}/ID"))}: GET /api/v1/bin lists it. Of models and versions the ID is that of the list, not the name.");

    /// <summary>What a purge would take away.</summary>
    /// <param name="subjects">Null: all of the bin.</param>
    /// <param name="deletedBefore">And no other.</param>
    public async Task<PurgeResult> Look(WorkspaceId workspace, IReadOnlyList<string>? subjects, long deletedBefore, Action<double, string> report, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(report);
        var (look, kept, held) = (new PurgeLook(workspace), new List<KeptWire>(), new List<BinItem>());
        foreach (var kind in BinKind.All)
        {
            await foreach (var item in Items(workspace, kind, subjects, deletedBefore, cancellation))
            {
                if (item.IsKeptInBin && kind.IsOfRegistry) held.Add(item);
                else await Take([item]);
            }

            // Of two versions or models either may stand on the other.
            if (kind == BinKind.Models) await Take(held);
        }

        async Task Take(IReadOnlyList<BinItem> items)
        {
            var going = await _database.Read(
                transaction =>
                {
                    var going = look.Going(transaction, items);
                    foreach (var item in going) look.Take(transaction, item);
                    return going;
                },
                cancellation);
            if (going.Count > 0) report(0.5, look.Progress);
            Keep(kept, items.Except(going));
        }

        return await look.Sum(_database, _blobs, digests => Named(workspace, digests, cancellation), cancellation) with { Kept = kept };
    }

    /// <summary>Takes away what may go, after what an earlier purge has begun.</summary>
    /// <returns>Without the files, which are removed when nothing names them any more.</returns>
    public async Task<PurgeResult> Purge(Caller caller, IReadOnlyList<string>? subjects, long deletedBefore, Action<double, string> report, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(report);
        var (result, kept) = (new PurgeResult(false, 0, 0, 0, 0, 0, 0, [], 0), new List<KeptWire>());
        var walk = new PurgeWalk(_database, caller, _clock, Finish);
        await Finish(cancellation);
        foreach (var kind in BinKind.All)
        {
            await foreach (var item in Items(caller.Workspace, kind, subjects, deletedBefore, cancellation))
            {
                if (item.KeptBy is null || (item.IsKeptInBin && kind.IsOfRegistry)) await walk.Add(item, cancellation);
                else Keep(kept, [item]);
            }

            // What stands on something is gone before that is looked at.
            await walk.Flush(cancellation);
            if (kind == BinKind.Models) Keep(kept, await walk.TakeHeld(cancellation));
        }

        await FinishPackages(caller.Workspace, cancellation);
        return result with { Kept = kept };

        async Task Finish(CancellationToken cancellation) => result = await FinishRows(caller.Workspace, result, report, cancellation);
    }

    /// <summary>The workspaces in which a purge has begun, or may begin.</summary>
    /// <param name="deletedBefore">Null: none begins.</param>
    public async Task<IReadOnlyList<WorkspaceId>> Waiting(long? deletedBefore, CancellationToken cancellation)
    {
        var over = BinKind.All.Select(kind => $"UNION SELECT x.workspace_id FROM {kind.From} AND x.deleted_at < @before AND {kind.KeptBy} IS NULL");
        var held = BinKind.All.Where(kind => kind.IsOfRegistry).Select(kind => $"SELECT x.workspace_id FROM {kind.From} AND x.deleted_at < @before AND {kind.KeptBy} IS NOT NULL");
        var before = new { before = deletedBefore ?? long.MinValue };
        var (found, asked) = await _database.Read(
            transaction => (transaction.Query<string>($"SELECT workspace_id FROM purges {string.Join(' ', over)}", before).ToHashSet(StringComparer.Ordinal), transaction.Query<string>(string.Join(" UNION ", held), before)),
            cancellation);
        foreach (var workspace in asked.Where(workspace => !found.Contains(workspace)))
            if (await HoldEachOther(new(workspace), before.before, cancellation)) found.Add(workspace);
        return [.. found.Select(workspace => new WorkspaceId(workspace))];
    }

    /// <summary>Whether some versions and models of the bin have nothing that stands on them but each other.</summary>
    private async Task<bool> HoldEachOther(WorkspaceId workspace, long deletedBefore, CancellationToken cancellation)
    {
        var held = new List<BinItem>();
        foreach (var kind in BinKind.All.Where(kind => kind.IsOfRegistry))
        {
            await foreach (var item in Items(workspace, kind, null, deletedBefore, cancellation))
                if (item.IsKeptInBin) held.Add(item);
        }

        return held.Count > 0 && await _database.Read(transaction => BinContents.Together(transaction, workspace, held, anyway: []), cancellation) is not [];
    }

    private static void Keep(List<KeptWire> kept, IEnumerable<BinItem> items) => kept.AddRange(items.Take(MostKept - kept.Count).Select(item => new KeptWire(item.Subject, item.Name, item.Kept!)));

    private async Task<PurgeResult> FinishRows(WorkspaceId workspace, PurgeResult result, Action<double, string> report, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var step = await _database.Write(transaction => Purging.Continue(transaction, workspace, _clock), cancellation);
            if (step.IsOver) break;
            result = result with
            {
                Experiments = result.Experiments + step.Experiments, Runs = result.Runs + step.Runs, LoggedModels = result.LoggedModels + step.LoggedModels,
                Models = result.Models + step.Models, Versions = result.Versions + step.Versions,
            };
            report(0.5, $"{result.Runs:N0} runs, {result.LoggedModels:N0} logged models, {result.Experiments:N0} experiments, {result.Models:N0} models, {result.Versions:N0} versions");
        }

        return result;
    }

    /// <summary>Of all versions that went at once: many may have had one package.</summary>
    private async Task FinishPackages(WorkspaceId workspace, CancellationToken cancellation)
    {
        while (await _database.Read(transaction => PurgedPackages.Waiting(transaction, workspace, PackagesAtOnce), cancellation) is { Count: > 0 } packages)
        {
            var named = await Named(workspace, new(packages, StringComparer.Ordinal), cancellation);
            var now = _clock.Micros();
            await _database.Write(
                transaction =>
                {
                    PurgedPackages.Remove(transaction, workspace, packages, named, now);
                    return true;
                },
                cancellation);
        }
    }

    /// <summary>Of some packages those that somebody needs beside the versions.</summary>
    private async Task<HashSet<string>> Named(WorkspaceId workspace, HashSet<string> digests, CancellationToken cancellation)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var names in _packages) named.UnionWith(await names.Among(workspace, digests, cancellation));
        return named;
    }

    private async IAsyncEnumerable<BinItem> Items(
        WorkspaceId workspace, BinKind kind, IReadOnlyList<string>? subjects, long deletedBefore, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var subject in subjects?.Where(subject => subject.StartsWith(kind.Name + '/', StringComparison.Ordinal)) ?? [])
            if (await Find(workspace, subject, cancellation) is { } item && item.DeletedAt < deletedBefore) yield return item;
        if (subjects is not null) yield break;

        for (var page = await Next(null); page.Count > 0; page = await Next(page[^1]))
            foreach (var item in page) yield return item;

        Task<IReadOnlyList<BinItem>> Next(BinItem? after) => _database.Read(transaction => BinContents.Next(transaction, workspace, kind, deletedBefore, after, AtOnce), cancellation);
    }

    private Task<BinItem?> Find(WorkspaceId workspace, string subject, CancellationToken cancellation) => _database.Read(
        transaction => BinContents.Find(transaction, workspace, subject), cancellation);
}
