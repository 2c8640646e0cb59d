using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Projects.Imports;

/// <summary>What an import is built from.</summary>
internal sealed record MlflowImportParameters(MlflowImportRequest Asked)
{
    public const string Flow = "mlflow-import";

    /// <summary>One import at a time: two would count each other's rows as here already.</summary>
    public string Subject => Asked.DryRun ? "imports/mlflow/dry-run" : "imports/mlflow";

    public string Write() => JsonSerializer.Serialize(this, CairnJson.Options);

    public static MlflowImportParameters Read(string json) =>
        JsonSerializer.Deserialize<MlflowImportParameters>(json, CairnJson.Options) ?? throw new ArgumentException("No parameters.", nameof(json));
}
