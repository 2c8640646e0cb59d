using System.Globalization;
using Cairn.Access;
using Cairn.Storage;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.Search;
using Cairn.Tracking.RunRecords;
using Cairn.Tracking.Search;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>POST runs/search. Experiments that do not exist are passed over; runs of a deleted one are deleted.</summary>
internal static class SearchRuns
{
    private const int Usual = 1000, Most = 50_000;

    public static void Map(MlflowRoutes routes) => routes.Ask("runs/search", Permission.RunsRead, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var request = call.Read(SearchRequest.Read);
        var size = request.Size(Usual, Most);
        await call.Store.Defaults.Ensure(call.Workspace, call.Cancellation);
        var (runs, next) = await call.Query(transaction => Page(transaction, call, request, size));
        await call.Reply("runs", runs, next, static (json, run) => run.Write(json));
    }

    private static (IReadOnlyList<ShownRun> Runs, string? Next) Page(ReadTransaction transaction, MlflowCall call, SearchRequest request, int size)
    {
        var sql = new ClauseSql(transaction, call.Workspace.Value);
        List<RunCondition> conditions = [.. RunFilter.Conditions(FilterText.Parse(request.Filter), sql)];
        var keys = RunOrdering.Parse(request.OrderBy);
        var scope = Scope(Experiments(transaction, call, request.Experiments), request.Stage, conditions, sql);
        var (ids, next) = keys is [var order] ? ByOne(order) : BySeveral();
        return (ShownRun.Load(transaction, call.Workspace, RunTable.Of(transaction, call.Workspace, ids)), next);

        (IReadOnlyList<string> Ids, string? Next) ByOne(RunOrder order)
        {
            RunPlace? after = null;
            if (!string.IsNullOrEmpty(request.PageToken)) after = RunPlace.Read(request.PageToken, order) is { Refusal: null } place ? place.Value : throw request.OfAnotherSearch();
            if (scope is null) return ([], null);
            var found = new RunFinder(transaction, sql, scope, conditions).Find(order, after, size + 1);
            return ([.. found.Take(size).Select(run => run.RunId)], found.Count > size ? found[size - 1].Token(order) : null);
        }

        (IReadOnlyList<string> Ids, string? Next) BySeveral()
        {
            var (_, offset) = request.Start();
            if (scope is null) return ([], null);
            var (joins, columns) = RunOrdering.Sorted(keys, sql);
            var found = new RunFinder(transaction, sql, scope, conditions).FindSorted(keys, joins, columns, offset, size + 1);
            return ([.. found.Take(size)], found.Count > size ? SearchRequest.Token(0, offset + size) : null);
        }
    }

    private static List<Experiment> Experiments(ReadTransaction transaction, MlflowCall call, IReadOnlyList<string> asked) =>
        [.. ExperimentTable.Of(transaction, call.Workspace, asked.Select(id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)).Values];

    /// <returns>Null: no run can be meant.</returns>
    private static RunScope? Scope(List<Experiment> experiments, string? stage, List<RunCondition> conditions, ClauseSql sql)
    {
        var active = experiments.Where(experiment => !experiment.IsDeleted).Select(experiment => experiment.ExperimentId).ToList();
        var deleted = experiments.Where(experiment => experiment.IsDeleted).Select(experiment => experiment.ExperimentId).ToList();
        var asked = stage == Lifecycle.Active ? active : [.. active, .. deleted];
        if (asked.Count == 0) return null;
        if (stage == Lifecycle.Deleted) conditions.Add(RunFilter.Deleted(deleted, sql));
        return new($"{sql.Among("r.experiment_id", asked)}{(stage == Lifecycle.Active ? " AND r.lifecycle_stage = 'active'" : "")}", asked);
    }
}
