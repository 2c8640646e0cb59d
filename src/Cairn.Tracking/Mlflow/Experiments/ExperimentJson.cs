using System.Text.Json;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Experiments;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Mlflow.Experiments;

/// <summary>An experiment and its tags, as the protocol shows them.</summary>
internal sealed record TaggedExperiment(Experiment Experiment, IReadOnlyDictionary<string, string> Tags);

internal static class ExperimentJson
{
    public static IReadOnlyList<TaggedExperiment> WithTags(ReadTransaction transaction, WorkspaceId workspace, IReadOnlyList<Experiment> experiments)
    {
        if (experiments.Count == 0) return [];
        var tags = Cairn.Tracking.Sql.Tags.ByOwner(transaction.Query<KeyValue>(
            $"SELECT CAST(experiment_id AS VARCHAR(20)) AS owner, key, value FROM experiment_tags WHERE workspace_id = @workspace AND CAST(experiment_id AS VARCHAR(20)) {transaction.Among("ids")}",
            new { workspace = workspace.Value, ids = transaction.Texts([.. experiments.Select(experiment => experiment.Id)]) }));
        return [.. experiments.Select(experiment => new TaggedExperiment(experiment, tags(experiment.Id)))];
    }

    /// <summary>The experiment of an id; whatever its stage.</summary>
    public static Experiment Require(ReadTransaction transaction, WorkspaceId workspace, string id) =>
        (long.TryParse(id, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? ExperimentTable.Find(transaction, workspace, number) : null)
            ?? throw Unknown(id);

    public static Experiment RequireActive(ReadTransaction transaction, WorkspaceId workspace, string id) =>
        Require(transaction, workspace, id) is { IsDeleted: false } found
            ? found
            : throw MlflowException.Invalid($"The experiment {id} must be in the 'active' state. Current state is deleted.");

    public static MlflowException Unknown(string id) => MlflowException.Missing($"No Experiment with id={id} exists");

    /// <summary>Where its files are: what it was made with, else this server.</summary>
    public static string Location(this Experiment experiment) => experiment.ArtifactLocation.Length > 0 ? experiment.ArtifactLocation : $"mlflow-artifacts:/{experiment.Id}";

    public static void Write(Utf8JsonWriter json, TaggedExperiment tagged)
    {
        var experiment = tagged.Experiment;
        json.WriteStartObject();
        json.WriteString("experiment_id"u8, experiment.Id);
        json.WriteString("name"u8, experiment.Name);
        json.WriteString("artifact_location"u8, experiment.Location());
        json.WriteString("lifecycle_stage"u8, experiment.LifecycleStage);
        json.WriteNumber("last_update_time"u8, experiment.UpdatedAt / 1000);
        json.WriteNumber("creation_time"u8, experiment.CreatedAt / 1000);
        TagJson.Write(json, "tags"u8, tagged.Tags);
        json.WriteEndObject();
    }
}
