using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Projects.Imports;

/// <summary>What an import of outcomes is built from.</summary>
/// <param name="Columns">Checked, with the deployment.</param>
/// <param name="Sent">The name under which the file is kept.</param>
internal sealed record OutcomeImportParameters(OutcomeColumnsWire Columns, string Sent)
{
    public const string Flow = "outcome-import";

    public string Subject => SubjectOf(Columns.Deployment!);

    public static string SubjectOf(string deployment) => $"imports/outcomes/{deployment}";

    public string Write() => JsonSerializer.Serialize(this, CairnJson.Options);

    public static OutcomeImportParameters Read(string json) =>
        JsonSerializer.Deserialize<OutcomeImportParameters>(json, CairnJson.Options) ?? throw new ArgumentException("No parameters.", nameof(json));
}
