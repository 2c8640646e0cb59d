using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Projects.Purging;

/// <summary>What a purge is built from.</summary>
internal sealed record PurgeParameters(PurgeRequest Asked)
{
    public const string Flow = "purge";

    public string Subject => Asked.DryRun ? "bin/dry-run" : "bin";

    public string Write() => JsonSerializer.Serialize(this, CairnJson.Options);

    public static PurgeParameters Read(string json) =>
        JsonSerializer.Deserialize<PurgeParameters>(json, CairnJson.Options) ?? throw new ArgumentException("No parameters.", nameof(json));
}
