using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Projects.Retrospect;

/// <summary>What a replay is built from: a period that does not move with the clock.</summary>
/// <param name="Asked">The request as it came.</param>
/// <param name="Rows">About how many there are.</param>
/// <param name="Share">Of them that is replayed.</param>
internal sealed record ReplayParameters(string Deployment, ReplayRange Asked, long FromMs, long ToMs, long Rows, double Share)
{
    public const string Flow = "replay";

    public string Subject => SubjectOf(Deployment);

    /// <summary>One look back at a deployment at a time: each takes all cores.</summary>
    public static string SubjectOf(string deployment) => $"deployments/{deployment}";

    /// <summary>Whether a run of these parameters is what is asked now: then what it has done is of use.</summary>
    public bool Answers(ReplayRange asked) => Asked with { Fresh = false } == asked with { Fresh = false };

    public string Write() => JsonSerializer.Serialize(this, CairnJson.Options);

    public static ReplayParameters Read(string json) =>
        JsonSerializer.Deserialize<ReplayParameters>(json, CairnJson.Options) ?? throw new ArgumentException("No parameters.", nameof(json));
}
