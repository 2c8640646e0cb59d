using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Learning;
using Cairn.Serving;

namespace Cairn.Projects.Retrospect;

/// <summary>What a retroactive shadow is built from: a period that does not move with the clock, and the package of one version.</summary>
/// <param name="Asked">The request as it came.</param>
/// <param name="Rows">About how many there are.</param>
/// <param name="Share">Of them that is scored.</param>
/// <param name="Costs">Of errors; null: nobody said.</param>
internal sealed record ShadowParameters(string Deployment, ShadowRange Asked, ShadowCandidate Candidate, long FromMs, long ToMs, long Rows, double Share, Costs? Costs)
{
    public const string Flow = "shadow";

    public string Subject => ReplayParameters.SubjectOf(Deployment);

    /// <summary>Whether a run of these parameters is what is asked now: then what it has done is of use.</summary>
    public bool Answers(ShadowRange asked) => Asked with { Fresh = false } == asked with { Fresh = false };

    public string Write() => JsonSerializer.Serialize(this, CairnJson.Options);

    public static ShadowParameters Read(string json) =>
        JsonSerializer.Deserialize<ShadowParameters>(json, CairnJson.Options) ?? throw new ArgumentException("No parameters.", nameof(json));
}
