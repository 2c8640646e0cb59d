using System.Globalization;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Artifacts;
using Cairn.Tracking.Mlflow.LoggedModels;
using Cairn.Tracking.Mlflow.Protocol;
using Cairn.Tracking.Mlflow.RunRecords;
using Microsoft.AspNetCore.Http.Features;

namespace Cairn.Tracking.Mlflow.Artifacts;

/// <summary>
/// A path of the artifact proxy. <c>EXPERIMENT/RUN/artifacts/…</c> and <c>EXPERIMENT/models/MODEL/artifacts/…</c>, as the server itself hands
/// them out, are places of runs and of logged models, whether or not there is such a one; any other path is the workspace's own.
/// </summary>
/// <param name="Owner">A run, a logged model, or <see cref="Workspace"/>.</param>
/// <param name="Path">Below it; empty: all of it.</param>
internal sealed record ArtifactAddress(long Experiment, string Owner, ArtifactAddress.Kind Of, string Path)
{
    /// <value>Stands for the owner of what is no run's and no logged model's. No id holds a slash.</value>
    public const string Workspace = "/";

    public enum Kind
    {
        Run,
        LoggedModel,
        Workspace,
    }

    public static ArtifactAddress Parse(string? whole)
    {
        var path = Safe((whole ?? "").TrimEnd('/'));
        if (Owned(path) is { } owned) return owned;

        // One that another reader takes for the file of a run is no file of the workspace.
        for (var reading = path; ;)
        {
            var decoded = Uri.UnescapeDataString(reading);
            if (decoded == reading) break;
            if (Owned(decoded) is not null) throw MlflowException.Invalid("Invalid path");
            reading = decoded;
        }

        // Any folder may be the root of a client, so what would leave that one is refused too: a drive in the middle.
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1)) Safe(path[(slash + 1)..]);
        return new(0, Workspace, Kind.Workspace, path);
    }

    /// <summary>The path in the address of a call, as it was sent: one with '..' in it has been walked before it is seen here, and means another file than it says.</summary>
    public static string? Asked(MlflowCall call)
    {
        var sent = call.Request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        foreach (var part in sent.Split('?')[0].Split('/'))
            if (Uri.UnescapeDataString(part) is "." or "..") throw MlflowException.Invalid("Invalid path");
        return call.Route("path");
    }

    /// <summary>A path that could leave its folder in any reading is refused. An empty one is the folder.</summary>
    public static string Safe(string path) => path.Length == 0 || ArtifactPath.Parse(path).Refusal is null ? path : throw MlflowException.Invalid("Invalid path");

    /// <summary>The run or the model is there and of that experiment.</summary>
    /// <param name="write">And may be written to.</param>
    public void Require(ReadTransaction transaction, WorkspaceId workspace, bool write)
    {
        if (Of == Kind.Workspace) return;
        var experiment = Of == Kind.LoggedModel
            ? LoggedModel.Require(transaction, workspace, Owner).ExperimentId
            : (write ? RunForChange.RequireActive(transaction, workspace, Owner) : RunForChange.Require(transaction, workspace, Owner)).ExperimentId;
        if (experiment != Experiment) throw MlflowException.Missing($"{(Of == Kind.LoggedModel ? "Logged model" : "Run")} {Owner} is not of experiment {Experiment}.");
    }

    private static ArtifactAddress? Owned(string path)
    {
        var parts = path.Split('/');
        var models = parts.Length > 1 && parts[1] == "models" ? 1 : 0;
        if (parts.Length < 3 + models || parts[2 + models] != "artifacts" || parts[0].Length == 0 || !parts[0].All(char.IsAsciiDigit)) return null;
        return long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var experiment)
            ? new(experiment, parts[1 + models], models == 1 ? Kind.LoggedModel : Kind.Run, Safe(string.Join('/', parts[(3 + models)..]))) // a drive is one only where a path begins
            : throw MlflowException.Missing($"No Experiment with id={parts[0]} exists");
    }
}
