using System.Globalization;
using Cairn.Kernel;
using Cairn.Tracking.Experiments;

namespace Cairn.Tracking.RunRecords;

/// <summary>A row of <c>runs</c>, with the lifecycle stage of its experiment.</summary>
internal record Run
{
    public string RunId { get; init; } = "";

    public long ExperimentId { get; init; }

    public string Name { get; init; } = "";

    public string Status { get; init; } = RunStatus.Running;

    public string LifecycleStage { get; init; } = Lifecycle.Active;

    public string ExperimentStage { get; init; } = Lifecycle.Active;

    public string UserName { get; init; } = "";

    public long StartedAt { get; init; }

    public long? EndedAt { get; init; }

    /// <value>Of an experiment that is being purged: the run is there for nobody.</value>
    public bool IsGone => ExperimentStage == Lifecycle.Purged;

    public bool IsDeleted => LifecycleStage == Lifecycle.Deleted || ExperimentStage == Lifecycle.Deleted;

    public string Experiment => ExperimentId.ToString(CultureInfo.InvariantCulture);

    /// <summary>Nothing is written to a deleted run.</summary>
    public Refusal? CannotChange() =>
        LifecycleStage == Lifecycle.Deleted
            ? new Refusal.Conflict("run.deleted", $"The run '{Name}' ({RunId}) is deleted. Restore it first: POST /api/v1/runs/{RunId}/restore.")
        : ExperimentStage == Lifecycle.Deleted
            ? new Refusal.Conflict("run.deleted", $"The run '{Name}' ({RunId}) belongs to experiment {Experiment}, which is deleted. Restore that first: POST /api/v1/experiments/{Experiment}/restore.")
        : null;
}

internal static class RunStatus
{
    public const string Running = "running";

    private static readonly string[] _all = [Running, "scheduled", "finished", "failed", "killed"];

    public static bool IsEnd(string status) => status is "finished" or "failed" or "killed";

    public static Refusal? Check(string? status) => _all.Contains(status, StringComparer.Ordinal)
        ? null
        : new Refusal.Invalid("run.status-invalid", $"'{status}' is no status of a run. There are {string.Join(", ", _all)}.");
}
