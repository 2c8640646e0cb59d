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
        var conditions = RunFilter.Conditions(FilterText.Parse(request.Filter), sql);
        var experiments = Experiments(transaction, call, request.Experiments);
        var stretches = RunOrdering.Parse(request.OrderBy, experiments is [var single] ? single.ExperimentId : null, sql);
        var (stretch, offset) = request.Start(stretches.Count);
        if (Scope(experiments, request.Stage, sql) is not { } scope) return ([], null);

        var ids = new List<string>();
        string? next = null;
        for (; stretch < stretches.Count && next is null; (stretch, offset) = (stretch + 1, 0))
        {
            var wanted = size - ids.Count;
            if (wanted == 0)
            {
                next = SearchRequest.Token(stretch, offset);
                break;
            }

            var (from, condition, order) = stretches[stretch];
            // Ids alone: what else is selected is computed for every run that is sorted.
            var found = transaction.Query<string>(
                $"SELECT r.run_id FROM {from} WHERE {string.Join(" AND ", (string[])["r.workspace_id = @workspace", condition, scope, .. conditions])} ORDER BY {order} {sql.Page(wanted, offset)}",
                sql.Parameters);
            ids.AddRange(found.Take(wanted));
            if (found.Count > wanted) next = SearchRequest.Token(stretch, offset + wanted);
        }

        if (ids.Count == 0) return ([], null);
        var rows = transaction.Query<Run>(
                $"SELECT {RunTable.Columns} FROM runs r WHERE r.workspace_id = @workspace AND r.run_id {transaction.Among("ids")}",
                new { workspace = call.Workspace.Value, ids = transaction.Texts(ids) })
            .ToDictionary(run => run.RunId, StringComparer.Ordinal);
        return (ShownRun.Load(transaction, call.Workspace, ids.ConvertAll(id => rows[id])), next);
    }

    private static List<Experiment> Experiments(ReadTransaction transaction, MlflowCall call, IReadOnlyList<string> asked) =>
        [.. ExperimentTable.Of(transaction, call.Workspace, asked.Select(id => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)).Values];

    /// <returns>Null: no run can be meant.</returns>
    private static string? Scope(List<Experiment> experiments, string? stage, ClauseSql sql)
    {
        var active = experiments.Where(experiment => !experiment.IsDeleted).ToList();
        var deleted = experiments.Where(experiment => experiment.IsDeleted).ToList();
        return (stage, active.Count, deleted.Count) switch
        {
            (_, 0, 0) or (Lifecycle.Active, 0, _) => null,
            (null, _, _) => Of(experiments, sql),
            (Lifecycle.Active, _, _) => $"{Of(active, sql)} AND r.lifecycle_stage = 'active'",
            (_, _, 0) => $"{Of(active, sql)} AND r.lifecycle_stage = 'deleted'",
            (_, 0, _) => Of(deleted, sql),
            _ => $"({Of(deleted, sql)} OR {Of(active, sql)} AND r.lifecycle_stage = 'deleted')",
        };
    }

    // A handful are parameters; many would be more than a statement holds.
    private static string Of(List<Experiment> experiments, ClauseSql sql) => experiments switch
    {
        [var single] => $"r.experiment_id = {sql.Add(single.ExperimentId)}",
        { Count: <= 50 } => $"r.experiment_id IN ({string.Join(", ", experiments.Select(experiment => sql.Add(experiment.ExperimentId)))})",
        _ => sql.In("CAST(r.experiment_id AS VARCHAR(20))", not: false, [.. experiments.Select(experiment => experiment.Id)]),
    };
}
