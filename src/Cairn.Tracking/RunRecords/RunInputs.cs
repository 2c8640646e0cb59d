using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Naming;

namespace Cairn.Tracking.RunRecords;

/// <summary>The data a run read: a dataset of its experiment, by name and digest.</summary>
internal static class RunInputs
{
    public static Refusal? Check(DatasetInputWire input) =>
        string.IsNullOrEmpty(input.Name) || string.IsNullOrEmpty(input.Digest)
            ? new Refusal.Invalid("run.input-invalid", "An input needs the name and the digest of its dataset.")
            : Names.Value("run.input-invalid", "The name of the dataset", input.Name, 500)
                ?? Names.Value("run.input-invalid", "The digest of the dataset", input.Digest, 255)
                ?? Names.Value("run.input-invalid", "The context of the dataset", input.Context, 500);

    public static void Write(WriteTransaction transaction, WorkspaceId workspace, Run run, DatasetInputWire input, long now)
    {
        var row = new { workspace = workspace.Value, run.RunId, run.ExperimentId, input.Name, input.Digest, input.Context, now };
        transaction.Execute(
            """
            INSERT INTO input_datasets (workspace_id, experiment_id, name, digest, source_type, source, schema_text, profile)
            VALUES (@workspace, @ExperimentId, @Name, @Digest, '', '', '', '') ON CONFLICT DO NOTHING
            """,
            row);
        transaction.Execute(
            """
            INSERT INTO run_inputs (workspace_id, run_id, name, digest, experiment_id, context, tags, logged_at)
            VALUES (@workspace, @RunId, @Name, @Digest, @ExperimentId, @Context, '{}', @now) ON CONFLICT DO NOTHING
            """,
            row);
    }
}
