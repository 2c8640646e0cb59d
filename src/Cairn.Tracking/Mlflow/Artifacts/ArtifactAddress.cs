using System.Globalization;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Artifacts;
using Cairn.Tracking.Mlflow.LoggedModels;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.RunRecords;

namespace Cairn.Tracking.Mlflow.Artifacts;

/// <summary>
/// A path of the artifact proxy, as the server itself hands them out: <c>EXPERIMENT/RUN/artifacts/…</c> and
/// <c>EXPERIMENT/models/MODEL/artifacts/…</c>.
/// </summary>
/// <param name="Owner">A run, or a logged model.</param>
/// <param name="Path">Below it; empty: all of it.</param>
internal sealed record ArtifactAddress(long Experiment, string Owner, bool IsModel, string Path)
{
    public static ArtifactAddress Parse(string? whole)
    {
        var parts = Safe((whole ?? "").TrimEnd('/')).Split('/');
        var models = parts.Length > 1 && parts[1] == "models" ? 1 : 0;
        return parts.Length >= 3 + models && parts[2 + models] == "artifacts" && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var experiment)
            ? new(experiment, parts[1 + models], models == 1, Safe(string.Join('/', parts[(3 + models)..]))) // a drive is one only where a path begins
            : throw MlflowException.Missing($"'{whole}' is no place for artifacts here. It begins with EXPERIMENT/RUN/artifacts or EXPERIMENT/models/MODEL/artifacts, as artifact_uri says.");
    }

    /// <summary>A path that could leave its folder in any reading is refused. An empty one is the folder.</summary>
    public static string Safe(string path) => path.Length == 0 || ArtifactPath.Parse(path).Refusal is null ? path : throw MlflowException.Invalid("Invalid path");

    /// <summary>The run or the model is there and of that experiment.</summary>
    /// <param name="write">And may be written to.</param>
    public void Require(ReadTransaction transaction, WorkspaceId workspace, bool write)
    {
        var experiment = IsModel
            ? LoggedModel.Require(transaction, workspace, Owner).ExperimentId
            : (write ? RunForChange.RequireActive(transaction, workspace, Owner) : RunForChange.Require(transaction, workspace, Owner)).ExperimentId;
        if (experiment != Experiment) throw MlflowException.Missing($"{(IsModel ? "Logged model" : "Run")} {Owner} is not of experiment {Experiment}.");
    }
}
