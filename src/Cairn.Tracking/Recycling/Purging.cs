using System.Globalization;
using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Registry;

namespace Cairn.Tracking.Recycling;

/// <summary>
/// A thing is purged in two steps. First it vanishes for everybody, in one transaction that notes it as begun. Then its rows are taken away, in
/// transactions that are short; a process killed between them goes on with what is noted.
/// </summary>
internal static class Purging
{
    private const int RowsAtOnce = 500, ThingsAtOnce = 20, PartsAtOnce = 100;
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(15);

    /// <summary>Of some things that were seen in the bin those vanish that nothing keeps by now but each other.</summary>
    /// <returns>Those that have vanished.</returns>
    public static IReadOnlyList<BinItem> Begin(WriteTransaction transaction, Caller caller, IReadOnlyList<BinItem> seen, long now)
    {
        var still = seen.Select(item => BinContents.Find(transaction, caller.Workspace, item.Subject) is { } found && found.DeletedAt == item.DeletedAt ? found : null).OfType<BinItem>().ToList();
        return [.. BinContents.Together(transaction, caller.Workspace, still, anyway: []).Where(item => Vanish(transaction, caller, item, now))];
    }

    /// <summary>As much as one transaction may take.</summary>
    public static PurgeStep Continue(WriteTransaction transaction, WorkspaceId workspace, TimeProvider clock)
    {
        var (started, now) = (clock.GetTimestamp(), clock.Micros());
        var step = new PurgeStep(IsOver: true);
        // By their names in descending order the parts come before the whole: versions, runs, models, logged-models, experiments.
        var begun = transaction.Query<Begun>(
            "SELECT kind, id FROM purges WHERE workspace_id = @workspace AND kind <> @Packages ORDER BY kind DESC, id LIMIT @ThingsAtOnce",
            new { workspace = workspace.Value, Packages = PurgedPackages.Kind, ThingsAtOnce });
        // A version has few rows: those of all of them are taken at once.
        var versions = begun.TakeWhile(one => one.Kind == BinKind.Versions.Name).ToList();
        IEnumerable<IReadOnlyList<Begun>> others = begun.Skip(versions.Count).Select(one => (Begun[])[one]);
        foreach (var things in versions.Count > 0 ? others.Prepend(versions) : others)
        {
            step = step with { IsOver = false };
            var kind = things[0].Kind;
            if (kind == BinKind.Experiments.Name && TakeParts(transaction, workspace, Number(things[0].Id), now)) return step;
            foreach (var table in TablesOf(kind))
            {
                while (true)
                {
                    var (went, empty) = table.Empty(transaction, workspace, [.. things.Select(one => Owner(one, table))], RowsAtOnce, now);
                    if (table.IsOfVersions) step = step with { Versions = step.Versions + went };
                    if (clock.GetElapsedTime(started) > Longest) return step;
                    if (empty) break;
                }
            }

            step = Forget(transaction, workspace, kind, things, step);
        }

        return step;
    }

    /// <returns>False: it went with another.</returns>
    private static bool Vanish(WriteTransaction transaction, Caller caller, BinItem item, long now)
    {
        var kind = BinKind.Find(item.Kind)!;
        var row = new { workspace = caller.Workspace.Value, id = item.Id, deleted = item.DeletedAt, hidden = kind.Hidden(item.Id) };
        foreach (var statement in kind.Before) transaction.Execute(statement, row);
        if (transaction.Execute(kind.Vanish, row) == 0) return false;
        Note(transaction, caller.Workspace, kind, item.Id, now);
        transaction.Write(caller, "bin.purge", item.Subject, Detail.Of(new { item.Name, item.DeletedAt, item.DeletedBy }));
        return true;
    }

    /// <summary>Of an experiment that has vanished: some of its runs and logged models, each a thing of its own from here on.</summary>
    /// <returns>False: it has none.</returns>
    private static bool TakeParts(WriteTransaction transaction, WorkspaceId workspace, long experiment, long now)
    {
        var of = new { workspace = workspace.Value, experiment, PartsAtOnce };
        var runs = transaction.Query<string>("SELECT run_id FROM runs WHERE workspace_id = @workspace AND experiment_id = @experiment LIMIT @PartsAtOnce", of);
        var models = runs.Count > 0 ? [] : transaction.Query<string>("SELECT model_id FROM logged_models WHERE workspace_id = @workspace AND experiment_id = @experiment LIMIT @PartsAtOnce", of);
        foreach (var run in runs) Note(transaction, workspace, BinKind.Runs, run, now);
        foreach (var model in models) Note(transaction, workspace, BinKind.LoggedModels, model, now);
        if (runs.Count > 0) transaction.Execute($"DELETE FROM runs WHERE workspace_id = @workspace AND run_id {transaction.Among("ids")}", new { of.workspace, ids = transaction.Texts(runs) });
        if (models.Count > 0) transaction.Execute($"DELETE FROM logged_models WHERE workspace_id = @workspace AND model_id {transaction.Among("ids")}", new { of.workspace, ids = transaction.Texts(models) });
        return runs.Count + models.Count > 0;
    }

    private static PurgeStep Forget(WriteTransaction transaction, WorkspaceId workspace, string kind, IReadOnlyList<Begun> things, PurgeStep step)
    {
        if (kind == BinKind.Experiments.Name)
            transaction.Execute("DELETE FROM experiments WHERE workspace_id = @workspace AND experiment_id = @id", new { workspace = workspace.Value, id = Number(things[0].Id) });
        transaction.Execute(
            $"DELETE FROM purges WHERE workspace_id = @workspace AND kind = @kind AND id {transaction.Among("ids")}", new { workspace = workspace.Value, kind, ids = transaction.Texts([.. things.Select(one => one.Id)]) });
        return kind == BinKind.Experiments.Name ? step with { Experiments = step.Experiments + 1 }
            : kind == BinKind.Runs.Name ? step with { Runs = step.Runs + 1 }
            : kind == BinKind.Versions.Name ? step // counted by their rows
            : kind == BinKind.Models.Name ? step with { Models = step.Models + 1 }
            : step with { LoggedModels = step.LoggedModels + 1 };
    }

    private static IReadOnlyList<OwnedTable> TablesOf(string kind) =>
        kind == BinKind.Experiments.Name ? OwnedTable.OfExperiments
        : kind == BinKind.Runs.Name ? OwnedTable.OfRuns
        : kind == BinKind.LoggedModels.Name ? OwnedTable.OfLoggedModels
        : OwnedTable.OfRegistry;

    private static object Owner(Begun begun, OwnedTable table) => table.Owner switch
    {
        "experiment_id" => Number(begun.Id),
        "model" => DeletedModels.Place(begun.Id),
        _ => begun.Id,
    };

    private static void Note(WriteTransaction transaction, WorkspaceId workspace, BinKind kind, string id, long now) => transaction.Execute(
        "INSERT INTO purges (workspace_id, kind, id, begun_at) VALUES (@workspace, @Name, @id, @now) ON CONFLICT DO NOTHING", new { workspace = workspace.Value, kind.Name, id, now });

    private static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);

    private sealed record Begun
    {
        public string Kind { get; init; } = "";

        public string Id { get; init; } = "";
    }
}

/// <param name="IsOver">Nothing that has begun is left.</param>
internal sealed record PurgeStep(bool IsOver, long Experiments = 0, long Runs = 0, long LoggedModels = 0, long Models = 0, long Versions = 0);
