using System.Text.Json;
using Cairn.Client;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.RunRecords;
using Cairn.Tracking.Naming;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>The datasets of experiments, and which of them, and which logged models, a run read and made.</summary>
internal static class TakeInputs
{
    public static async Task From(ImportWalk walk)
    {
        var experiments = await walk.Experiments();
        await walk.Over(
            "datasets", "datasets", "datasets", "x.experiment_id, x.name, x.digest, x.dataset_source_type, x.dataset_source, x.dataset_schema, x.dataset_profile", "", 50,
            reader => (Experiment: reader.Whole(1) ?? -1, Dataset: new ShownInput
            {
                Name = reader.Text(2), Digest = reader.Text(3), SourceType = reader.Text(4), Source = reader.Text(5), SchemaText = reader.Text(6), Profile = reader.Text(7),
            }),
            (transaction, datasets, tally) =>
            {
                foreach (var (source, dataset) in datasets)
                {
                    if (!experiments.TryGetValue(source, out var experiment)) tally.Refuse("dataset", dataset.Name, $"Its experiment {source} was not taken.");
                    else if (HasNul(dataset)) tally.Refuse("dataset", dataset.Name, "It holds U+0000, which no database keeps.");
                    else
                    {
                        tally.Taken++;
                        transaction.Execute(
                            """
                            INSERT INTO input_datasets (workspace_id, experiment_id, name, digest, source_type, source, schema_text, profile)
                            VALUES (@workspace, @experiment, @Name, @Digest, @SourceType, @Source, @SchemaText, @Profile) ON CONFLICT DO NOTHING
                            """,
                            new { workspace = walk.Workspace.Value, experiment, dataset.Name, dataset.Digest, dataset.SourceType, dataset.Source, dataset.SchemaText, dataset.Profile });
                    }
                }
            });

        if (!walk.Store.Has("inputs", "input_uuid")) return;
        await walk.Over(
            "inputs", "inputs", "inputs",
            $"""
            x.source_type, x.source_id, x.destination_type, x.destination_id, {walk.Store.Column("inputs", "step", "0")}, d.name, d.digest,
            (SELECT json_group_array(json_array(t.name, t.value)) FROM input_tags t WHERE t.input_uuid = x.input_uuid)
            """,
            "LEFT JOIN datasets d ON x.source_type = 'DATASET' AND d.dataset_uuid = x.source_id", 500,
            reader => new SourceInput(reader.Text(1), reader.Text(2), reader.Text(3), reader.Text(4), reader.Whole(5) ?? 0, reader.TextOrNull(6), reader.Text(7), reader.Text(8)),
            (transaction, inputs, tally) => Take(transaction, walk, inputs, tally));
    }

    private static void Take(WriteTransaction transaction, ImportWalk walk, IReadOnlyList<SourceInput> given, StepTally tally)
    {
        var runs = walk.Runs(transaction, given.Select(input => input.Run));
        var (datasets, models) = (new List<(KnownRun Run, SourceInput Input)>(), new List<(KnownRun Run, SourceInput Input)>());
        foreach (var input in given)
        {
            if (!input.IsDataset && !input.IsModel) tally.Refuse("input", $"{input.SourceType} {input.SourceId}", $"Cairn keeps no link of {input.SourceType} with {input.DestinationType}.");
            else if (!runs.TryGetValue(input.Run, out var run)) tally.Refuse("input", input.Run, "Its run was not taken.");
            else if (input.IsDataset && input.Name is null) tally.Refuse("input", input.Run, $"The store has no dataset {input.SourceId}.");
            else (input.IsDataset ? datasets : models).Add((run, input));
        }

        tally.Taken += datasets.Count + models.Count;
        if (datasets.Count > 0)
        {
            var tags = datasets.ConvertAll(row => Split(row.Input.Tags));
            transaction.InsertOr(
                "run_inputs", "ON CONFLICT DO NOTHING", ("workspace_id", Tags.Repeated(walk.Workspace.Value, datasets.Count)), ("run_id", datasets.ConvertAll(row => row.Run.RunId).ToArray()),
                ("name", datasets.ConvertAll(row => row.Input.Name!).ToArray()), ("digest", datasets.ConvertAll(row => row.Input.Digest).ToArray()),
                ("experiment_id", datasets.ConvertAll(row => row.Run.ExperimentId).ToArray()), ("context", tags.ConvertAll(tag => tag.Context).ToArray()), ("tags", tags.ConvertAll(tag => tag.Others).ToArray()),
                ("logged_at", datasets.ConvertAll(row => row.Run.StartedAt).ToArray()));
        }

        if (models.Count == 0) return;
        transaction.InsertOr(
            "run_models", "ON CONFLICT DO NOTHING", ("workspace_id", Tags.Repeated(walk.Workspace.Value, models.Count)), ("run_id", models.ConvertAll(row => row.Run.RunId).ToArray()),
            ("direction", models.ConvertAll(row => row.Input.DestinationType == "MODEL_OUTPUT" ? ShownModel.Output : ShownModel.Input).ToArray()),
            ("model_id", models.ConvertAll(row => row.Input.DestinationId).ToArray()), ("step", models.ConvertAll(row => row.Input.Step).ToArray()),
            ("logged_at", models.ConvertAll(row => row.Run.StartedAt).ToArray()));
    }

    private static (string Context, string Others) Split(string json)
    {
        var tags = (JsonSerializer.Deserialize<List<string[]>>(json) ?? []).Where(tag => Names.Value("", "", tag[1], 5000) is null).ToList();
        var others = tags.Where(tag => tag[0] != ShownInput.ContextTag).ToDictionary(tag => tag[0], tag => tag[1], StringComparer.Ordinal);
        return (tags.Find(tag => tag[0] == ShownInput.ContextTag)?[1] ?? "", others.Count == 0 ? "{}" : JsonSerializer.Serialize(others, CairnJson.Options));
    }

    private static bool HasNul(ShownInput dataset) =>
        new[] { dataset.Name, dataset.Digest, dataset.SourceType, dataset.Source, dataset.SchemaText, dataset.Profile }.Any(text => text.Contains('\0', StringComparison.Ordinal));

    private sealed record SourceInput(string SourceType, string SourceId, string DestinationType, string DestinationId, long Step, string? Name, string Digest, string Tags)
    {
        public bool IsDataset => SourceType == "DATASET" && DestinationType == "RUN";

        public bool IsModel => SourceType is "RUN_INPUT" or "RUN_OUTPUT" or "RUN" && DestinationType is "MODEL_INPUT" or "MODEL_OUTPUT";

        public string Run => IsDataset ? DestinationId : SourceId;
    }
}
