using Cairn.Access;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.Experiments;

/// <summary>POST experiments/search-datasets: which datasets the runs of experiments read, newest first.</summary>
internal static class SearchDatasets
{
    private const int MostExperiments = 20, Most = 1000;

    public static void Map(MlflowRoutes routes) => routes.Ask("experiments/search-datasets", Permission.RunsRead, Handle);

    private static async Task Handle(MlflowCall call)
    {
        var ids = call.Read(static (ref ProtoReader reader) =>
        {
            IReadOnlyList<string> ids = [];
            while (reader.Next())
            {
                if (reader.Is("experiment_ids"u8)) ids = reader.Texts("experiment_ids");
                else reader.Skip();
            }

            return ids;
        });
        if (ids.Count == 0) throw MlflowException.Invalid("SearchDatasets request must specify at least one experiment_id.");
        if (ids.Count > MostExperiments) throw MlflowException.Invalid($"SearchDatasets request cannot specify more than {MostExperiments} experiment_ids. Received {ids.Count} experiment_ids.");

        var found = await call.Query(transaction => transaction.Query<Summary>(
            $"""
            SELECT CAST(experiment_id AS VARCHAR(20)) AS experiment, name, digest, context FROM run_inputs
            WHERE workspace_id = @workspace AND CAST(experiment_id AS VARCHAR(20)) {transaction.Among("ids")}
            GROUP BY experiment_id, name, digest, context ORDER BY MAX(logged_at) DESC, name, digest, context LIMIT {Most}
            """,
            new { workspace = call.Workspace.Value, ids = transaction.Texts([.. ids]) }));
        await call.Reply("dataset_summaries", found, next: null, static (json, summary) =>
        {
            json.WriteStartObject();
            json.WriteString("experiment_id"u8, summary.Experiment);
            json.WriteString("name"u8, summary.Name);
            json.WriteString("digest"u8, summary.Digest);
            if (summary.Context.Length > 0) json.WriteString("context"u8, summary.Context);
            json.WriteEndObject();
        });
    }

    private sealed record Summary
    {
        public string Experiment { get; init; } = "";

        public string Name { get; init; } = "";

        public string Digest { get; init; } = "";

        public string Context { get; init; } = "";
    }
}
