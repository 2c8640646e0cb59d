using System.Text.Json.Serialization;

namespace Cairn.Client.Wire;

public sealed record ExperimentWire(string ExperimentId, string Name, string LifecycleStage, long CreatedAt, long UpdatedAt, IReadOnlyDictionary<string, string> Tags);

public sealed record CreateExperiment(string Name, IReadOnlyDictionary<string, string>? Tags = null);

public sealed record RenameExperiment(string Name);

/// <summary>A step of the paths that the names of experiments are.</summary>
/// <param name="Name">The last part of the path.</param>
/// <param name="ExperimentId">Of the experiment of exactly this path; null: there are only some below it.</param>
/// <param name="Experiments">How many lie below it.</param>
/// <param name="Runs">Of the experiment itself.</param>
/// <param name="RunsBelow">Of it and of all below it.</param>
public sealed record ExperimentNodeWire(string Name, string Path, string? ExperimentId, long Experiments, long Runs, long RunsBelow);

/// <summary>An experiment and all below it get another path.</summary>
public sealed record MoveExperiments(string From, string To);

/// <param name="Moved">How many experiments have another name now.</param>
public sealed record MovedExperimentsWire(long Moved);

/// <summary>Tags to set; those not named stay.</summary>
public sealed record SetTags(IReadOnlyDictionary<string, string> Tags);

/// <param name="Status"><c>running</c>, <c>scheduled</c>, <c>finished</c>, <c>failed</c> or <c>killed</c>, as in MLflow.</param>
/// <param name="Metrics">The latest value of each key.</param>
/// <param name="Steps">The latest step of each metric that went beyond step 0: those are curves. Null: none did.</param>
/// <param name="Children">How many active runs are nested directly in it; null: none.</param>
public sealed record RunWire(
    string RunId, string ExperimentId, string Name, string Status, string LifecycleStage, long StartedAt, long? EndedAt, string User,
    IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, string> Params, IReadOnlyDictionary<string, string> Tags,
    IReadOnlyList<DatasetInputWire> Inputs, string ExperimentName = "", IReadOnlyDictionary<string, long>? Steps = null, long? Children = null)
{
    /// <summary>The tag by which a run says in which one it is nested, as MLflow's clients write it.</summary>
    public const string ParentTag = "mlflow.parentRunId";

    /// <summary>The tag that is the description, as MLflow's clients write it.</summary>
    public const string DescriptionTag = "mlflow.note.content";

    [JsonIgnore]
    public string Description => Tags.GetValueOrDefault(DescriptionTag, "");
}

public sealed record DatasetInputWire(string Name, string Digest, string Context);

public sealed record CreateRun(string ExperimentId, string? Name = null, IReadOnlyDictionary<string, string>? Tags = null);

public sealed record MetricPoint(string Key, double Value, long Step = 0, long? Timestamp = null);

/// <summary>What was logged while one followed the run.</summary>
/// <param name="Metrics">The latest values that are other ones now.</param>
/// <param name="Points">By timestamp.</param>
public sealed record RunPoints(IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<MetricPoint> Points);

/// <summary>An event of a run that is followed.</summary>
/// <param name="Kind"><c>run</c>: status, name or stage changed, and once at the beginning; <c>points</c>; <c>end</c>: the last one.</param>
/// <param name="Run">Of <c>run</c> and <c>end</c>.</param>
/// <param name="Points">Of <c>points</c>.</param>
/// <param name="Id">Where to go on after it.</param>
public sealed record RunEvent(string Kind, RunWire? Run, RunPoints? Points, string Id);

public sealed record LogBatch(
    IReadOnlyList<MetricPoint>? Metrics = null, IReadOnlyDictionary<string, string>? Params = null, IReadOnlyDictionary<string, string>? Tags = null);

/// <param name="Description">What MLflow keeps as the tag <c>mlflow.note.content</c>; an empty one removes it.</param>
/// <param name="Tags">To set; null as a value removes the tag, and those not named stay.</param>
public sealed record UpdateRun(string? Status = null, long? EndedAt = null, string? Name = null, string? Description = null, IReadOnlyDictionary<string, string?>? Tags = null);

/// <summary>The same for several runs, all of them or none.</summary>
/// <param name="RunIds">1 to 100; the beginning of an id is enough where no other run begins so.</param>
/// <param name="Act"><c>edit</c>, <c>delete</c> or <c>restore</c>.</param>
/// <param name="Change">What to edit; null for the others.</param>
public sealed record ChangeRuns(IReadOnlyList<string>? RunIds, string? Act, UpdateRun? Change = null)
{
    public const string Edit = "edit", Delete = "delete", Restore = "restore";
}

/// <param name="Runs">As they are now, each once, in the order they were named.</param>
public sealed record ChangedRunsWire(IReadOnlyList<RunWire> Runs);

public sealed record ArtifactWire(string Path, bool IsDirectory, long? Length, string? Digest);

/// <summary>Params and metrics of several runs; only keys whose values differ unless all are asked for.</summary>
public sealed record RunComparisonWire(
    IReadOnlyList<RunWire> Runs, IReadOnlyDictionary<string, IReadOnlyList<string?>> Params, IReadOnlyDictionary<string, IReadOnlyList<double?>> Metrics);

public sealed record ModelWire(
    string Name, string Description, long CreatedAt, long UpdatedAt, IReadOnlyDictionary<string, string> Tags, IReadOnlyDictionary<string, long> Aliases,
    long? Champion, long LatestVersion);

/// <param name="Stage"><c>None</c>, <c>Staging</c>, <c>Production</c> or <c>Archived</c>: a protocol column; the alias champion is the truth.</param>
/// <param name="PackageDigest">Null for a version logged from outside.</param>
public sealed record ModelVersionWire(
    string Model, long Version, string Stage, string Status, string Description, string? RunId, string Source, string? PackageDigest, long CreatedAt, long UpdatedAt,
    IReadOnlyList<string> Aliases, IReadOnlyDictionary<string, string> Tags, GateVerdictWire? Verdict);

/// <param name="Verdict"><c>passed</c>, <c>refused</c> or <c>no_signal</c>.</param>
public sealed record GateVerdictWire(string Verdict, string Summary, long DecidedAt, IReadOnlyList<GateCheckWire> Checks);

/// <param name="Detail">The test, its numbers and its power in words.</param>
/// <param name="Comparison">The numbers of a gate that compares two models; null: it compares none, had too few rows to, or was asked by an older Cairn.</param>
public sealed record GateCheckWire(string Gate, bool Passed, string Detail, GateComparisonWire? Comparison = null);

/// <summary>Areas under ROC curves of two models on the same rows (paired DeLong), and what so many rows can tell.</summary>
/// <param name="Against">What the version is compared with: <c>v6</c>, or a baseline as <c>Contract alone</c>.</param>
/// <param name="Rows">None of which either model learned from.</param>
/// <param name="RocAuc">Of the version.</param>
/// <param name="StandardError">Of the difference.</param>
/// <param name="Low">With <paramref name="High"/>, the two-sided 95 % interval of the difference.</param>
/// <param name="AtLeast">The lower end of the one-sided 95 % interval: the gate passes when it lies above the allowed loss.</param>
/// <param name="P">Two-sided: how often a difference at least so great is chance, if both are equally good.</param>
/// <param name="Margin">The loss that the gate allows; 0: the version has to be better.</param>
/// <param name="Detectable">The gate passes in 80 % of the cases when the version is better than the allowed loss by so much.</param>
/// <param name="RowsToTell">With so many rows a difference as it was measured is told from chance (two-sided) in 80 % of the cases; null: none was measured.</param>
/// <param name="Power">How often the gate passes when both are equally good; null where that is no reason to pass.</param>
/// <param name="RowsForPower">With so many rows <paramref name="Power"/> is 80 %.</param>
/// <param name="SameAnswers">The share of the rows on which both decide alike, each at its own threshold; null: not counted.</param>
public sealed record GateComparisonWire(
    string Against, int Rows, double RocAuc, double OtherRocAuc, double Difference, double StandardError, double Low, double High, double AtLeast, double P, double Margin, double Detectable,
    long? RowsToTell = null, double? Power = null, long? RowsForPower = null, double? SameAnswers = null);

/// <summary>A version trained elsewhere: where its files are, and the run here that stands for it, if any.</summary>
public sealed record RegisterVersion(
    string Source, string? RunId = null, string? Description = null, IReadOnlyDictionary<string, string>? Tags = null, string? RunLink = null);

public sealed record Describe(string Description);

/// <summary>For the alias champion this is a promotion: the rules and the other members are those of <see cref="Promote"/>.</summary>
public sealed record SetAlias(long Version, string? Reason = null, bool Unverified = false, bool Override = false);

/// <summary>Moving to Production makes the version champion: the rules and the other members are those of <see cref="Promote"/>.</summary>
/// <param name="Stage"><c>None</c>, <c>Staging</c>, <c>Production</c> or <c>Archived</c>, in any case.</param>
/// <param name="ArchiveExisting">Moves the other versions of that stage to Archived; for Staging and Production only.</param>
public sealed record TransitionStage(string Stage, bool ArchiveExisting = false, string? Reason = null, bool Unverified = false, bool Override = false);

/// <summary>What a version stands on.</summary>
/// <param name="Run">Null when the version was logged from outside without one.</param>
/// <param name="Datasets">The inputs of the run; the digest of one of ours names a dataset version.</param>
/// <param name="Package">Null for a version logged from outside.</param>
/// <param name="Promotions">The moves of the champion that this version took part in, newest first.</param>
public sealed record LineageWire(
    ModelVersionWire Version, RunWire? Run, IReadOnlyList<DatasetInputWire> Datasets, PackageWire? Package, IReadOnlyList<PromotionWire> Promotions);

/// <summary>A model as an MLflow client logged it.</summary>
/// <param name="ModelId">Of the logged model; null: the version was made of the files of a run.</param>
/// <param name="SourceRunId">The run that logged it.</param>
/// <param name="Flavors">The ways it can be loaded, as its file MLmodel says.</param>
/// <param name="Signature">Null: none was logged.</param>
public sealed record MlmodelWire(
    string? ModelId, string? Name, string? ModelType, string? SourceRunId, IReadOnlyDictionary<string, string> Params, IReadOnlyList<ModelMetricWire> Metrics,
    IReadOnlyList<FlavorWire>? Flavors = null, ModelSignatureWire? Signature = null, string? MlflowVersion = null, IReadOnlyList<ArtifactWire>? Files = null);

/// <param name="Settings">What is said of it in single words: versions, file names, loaders.</param>
public sealed record FlavorWire(string Name, IReadOnlyDictionary<string, string> Settings);

public sealed record ModelMetricWire(string Key, double Value, string? Dataset);

/// <param name="Params">What may be set when it predicts.</param>
public sealed record ModelSignatureWire(IReadOnlyList<ModelFieldWire> Inputs, IReadOnlyList<ModelFieldWire> Outputs, IReadOnlyList<ModelFieldWire> Params);

/// <param name="Name">Null: the columns have none, as those of a tensor.</param>
/// <param name="Type"><c>double</c>, <c>float64 (-1, 4)</c>, <c>array of string</c>.</param>
/// <param name="Default">Of a param.</param>
public sealed record ModelFieldWire(string? Name, string Type, bool Required, string? Default = null);

/// <param name="Signature">Base64 of the ECDSA signature (DER) over the digest.</param>
public sealed record PackageWire(string Digest, string Signature, long SealedAt, IReadOnlyList<ArtifactWire> Files);

public sealed record Promote(long Version, string? Reason = null, bool Unverified = false, bool Override = false);

public sealed record Rollback(string? Reason = null);

/// <param name="Version">Which version a rollback would make champion; null: there is none to go back to.</param>
public sealed record RollbackPreviewWire(string Model, long? Champion, long? Version);

/// <summary>One move of the alias champion.</summary>
/// <param name="Version">The new champion; null when the alias was removed.</param>
/// <param name="Kind"><c>promote</c>, <c>rollback</c>, <c>override</c>, <c>unverified</c> or <c>remove</c>.</param>
public sealed record PromotionWire(string Model, long? Version, long? Previous, string Kind, string Caller, string Reason, long Time);
