namespace Cairn.Client.Wire;

/// <summary>An MLflow store on SQLite, to be taken in with its files.</summary>
/// <param name="Folder">Absolute path: relative paths are meant from here, and files are read only below it (or a data root of the server).</param>
/// <param name="Path">The database: <c>mlflow.db</c>.</param>
/// <param name="Artifacts">The folder behind <c>mlflow-artifacts:</c>, if MLflow's server kept the files; null: <c>mlartifacts</c> beside the database.</param>
/// <param name="DryRun">Only counts, and says what could not be taken.</param>
/// <param name="CopyS3">Files in S3 are copied here; false: they stay there, and MLflow's clients go on reading and writing them there.</param>
public sealed record MlflowImportRequest(string Folder, string Path, string? Artifacts = null, bool DryRun = false, bool CopyS3 = false);

/// <param name="Schema">The revision that the store names as its own.</param>
/// <param name="Remarks">What was not taken and why, and what is otherwise than in the store; of many alike the first hundred.</param>
public sealed record MlflowImportResult(string Store, string Schema, bool DryRun, IReadOnlyList<ImportCountWire> Counts, IReadOnlyList<ImportRemarkWire> Remarks, double Seconds);

/// <param name="Found">How many the store holds.</param>
/// <param name="Taken">How many are here by this import. Those of metrics, params and tags that were here already are among them.</param>
/// <param name="Here">How many were here already.</param>
public sealed record ImportCountWire(string Kind, long Found, long Taken, long Here, long Refused);

/// <param name="Refused">False: it was taken, with the difference that the reason tells.</param>
public sealed record ImportRemarkWire(string Kind, string Subject, string Reason, bool Refused);
