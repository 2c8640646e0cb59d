namespace Cairn.Tracking;

/// <summary>An MLflow store on SQLite and where its files may be read.</summary>
/// <param name="File">The database.</param>
/// <param name="Folder">What relative places in the store are relative to.</param>
/// <param name="Artifacts">The folder behind <c>mlflow-artifacts:</c>.</param>
/// <param name="Readable">The real path of a place that may be read; null: it may not.</param>
public sealed record MlflowSource(string File, string Folder, string Artifacts, Func<string, string?> Readable)
{
    /// <value>What is in S3 is copied too; else it stays there.</value>
    public bool CopyS3 { get; init; }
}
