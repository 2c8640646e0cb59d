using Cairn.Access;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.Search;
using Cairn.Tracking.Search;

namespace Cairn.Tracking.Mlflow.Experiments;

/// <summary>POST or GET experiments/search</summary>
internal static class SearchExperiments
{
    private const int Most = 50_000;

    private static readonly TaggedFilter _filter = new(
        new Dictionary<string, (string, AttributeKind)>(StringComparer.Ordinal)
        {
            ["name"] = ("e.name", AttributeKind.Text), ["creation_time"] = ("e.created_at", AttributeKind.Time), ["last_update_time"] = ("e.updated_at", AttributeKind.Time),
        },
        "EXISTS (SELECT 1 FROM experiment_tags f WHERE f.workspace_id = e.workspace_id AND f.experiment_id = e.experiment_id",
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = "e.name", ["experiment_id"] = "e.experiment_id", ["creation_time"] = "e.created_at", ["last_update_time"] = "e.updated_at",
        },
        "e.experiment_id DESC");

    public static void Map(MlflowRoutes routes) => routes.Search("experiments/search", Permission.RunsRead, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var request = call.Read(SearchRequest.Read);
        var size = request.Size(unlessSaid: null, Most);
        var (stage, (_, offset)) = (request.Stage, request.Start());
        await call.Store.Defaults.Ensure(call.Workspace, call.Cancellation);
        var page = await call.Query(transaction =>
        {
            var sql = new ClauseSql(transaction, call.Workspace.Value);
            List<string> conditions = ["e.workspace_id = @workspace", ExperimentTable.Shows, .. _filter.Conditions(FilterText.Parse(request.Filter), sql)];
            if (stage is not null) conditions.Add($"e.lifecycle_stage = '{stage}'");
            var rows = transaction.Query<Experiment>(
                $"SELECT {ExperimentTable.Columns} FROM experiments e WHERE {string.Join(" AND ", conditions)} ORDER BY {_filter.OrderBy(request.OrderBy)} {sql.Page(size, offset)}",
                sql.Parameters);
            return (Shown: ExperimentJson.WithTags(transaction, call.Workspace, [.. rows.Take(size)]), Next: rows.Count > size ? SearchRequest.Token(0, offset + size) : null);
        });
        await call.Reply("experiments", page.Shown, page.Next, static (json, experiment) => ExperimentJson.Write(json, experiment));
    }
}
