namespace Cairn.Client.Wire;

/// <summary>The files of a project as they are on the caller's disk: path below the project folder → text.</summary>
/// <param name="Folder">Absolute path of the project folder, where the server resolves the source.</param>
public sealed record ProjectFiles(string Folder, IReadOnlyDictionary<string, string> Files);

/// <param name="Folder">Absolute path of the project folder to be.</param>
/// <param name="Source">Path of the data, relative to the folder.</param>
public sealed record InitProject(string Name, string Folder, string Source, string Target, string? Positive = null, string? Entity = null);

/// <param name="Files">What to write: <c>cairn.yaml</c>, <c>schema.yaml</c>.</param>
/// <param name="Choices">One sentence for each decision taken, with its reason.</param>
public sealed record InitializedProject(IReadOnlyDictionary<string, string> Files, IReadOnlyList<string> Choices);

public sealed record PlanWire(string Project, string Revision, IReadOnlyList<PlanStepWire> Steps);

/// <param name="Action"><c>run</c>, <c>reuse</c>, or <c>skip</c> (understood, but nothing acts on it yet).</param>
public sealed record PlanStepWire(string Step, string Action, string Reason);

/// <param name="Promote">False: everything but the move of the champion.</param>
public sealed record RunProject(ProjectFiles Project, bool Promote = true);

/// <param name="State"><c>pending</c>, <c>running</c>, <c>succeeded</c>, <c>failed</c>, <c>cancelled</c> or <c>interrupted</c> (its process died; resume it).</param>
/// <param name="Subject">What it works on: <c>projects/churn</c>.</param>
/// <param name="Version">Goes up with every change: <c>GET /api/v1/flow-runs/ID?wait_ms=10000&amp;version=N</c> answers when there is something newer than N.</param>
/// <param name="Result">JSON of the last task when it succeeded: for the lifecycle a <see cref="LifecycleResult"/>.</param>
public sealed record FlowRunWire(
    string FlowRunId, string Flow, string Subject, string State, long CreatedAt, long? StartedAt, long? EndedAt, string Message, IReadOnlyList<TaskRunWire> Tasks,
    System.Text.Json.JsonElement? Result, Problem? Problem, string? ResumedBy = null, long Version = 0);

/// <param name="Progress">0 to 1.</param>
/// <param name="Message">What it is doing or what came of it, in a few words.</param>
/// <param name="After">The tasks it waits for; lists leave it out.</param>
public sealed record TaskRunWire(
    string Name, string State, double Progress, string Message, long? StartedAt, long? EndedAt, bool Reused, IReadOnlyList<string>? After = null);

/// <summary>What a run of the lifecycle came to.</summary>
/// <param name="Verdict"><c>promoted</c>, <c>passed</c> (not promoted as asked), <c>refused</c> (a gate) or <c>no_signal</c>.</param>
/// <param name="Metrics">On the test split: roc_auc, pr_auc, log_loss, brier, accuracy.</param>
/// <param name="Baseline">The same keys for the cheapest baseline on the same rows.</param>
public sealed record LifecycleResult(
    string Project, string Verdict, string Summary, long Rows, string DatasetVersion, bool DatasetReused, string ExperimentId, string RunId, string Algorithm,
    IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, double> CrossValidated, IReadOnlyDictionary<string, double> Baseline, string BaselineName,
    double Threshold, string? Model, long? Version, string? Deployment, IReadOnlyList<GateCheckWire> Gates, IReadOnlyList<CandidateWire> Candidates);

/// <param name="RocAuc">Mean over folds and repeats.</param>
public sealed record CandidateWire(string Algorithm, string RunId, double RocAuc, double RocAucSd, double LogLoss, double Seconds);

public sealed record ProjectWire(
    string Name, string Revision, long UpdatedAt, string? Dataset, string? Model, long? Champion, string? Deployment, FlowRunWire? LastRun, LifecycleResult? LastResult);

/// <param name="Files">Path below the project folder → SHA-256.</param>
public sealed record ProjectRevisionWire(string Revision, long CreatedAt, string Caller, IReadOnlyDictionary<string, string> Files);

/// <summary>The files of a revision, as they were sent.</summary>
/// <param name="Files">In the folder the project has now: what a plan or a run takes.</param>
public sealed record RevisionFilesWire(string Project, string Revision, long CreatedAt, string Caller, ProjectFiles Files);
