using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Tracking;

/// <summary>What the other modules do with the registry; the HTTP slices use the same rules.</summary>
/// <remarks>The event <c>model.champion-changed</c> (subject <c>models/NAME</c>, payload <c>{"model","version","previous","package_digest"}</c>) tells who serves.</remarks>
public sealed class Models
{
    /// <summary>The alias that decides what serves.</summary>
    public const string Champion = "champion";

    public const string ChampionChanged = "model.champion-changed";

    /// <summary>A new version of the model (made when there is none) from a run and its package. Returns the version.</summary>
    public Task<Answer<long>> Register(Caller caller, string model, string runId, Digest package, IReadOnlyDictionary<string, string> tags, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>Stores what the gates said of a version. Promotion of a version trained here needs <c>passed</c>, or an audited override.</summary>
    public Task<Answer<Done>> RecordVerdict(Caller caller, string model, long version, GateVerdictWire verdict, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Moves the champion alias: history, event and audit entry in one transaction.</summary>
    public Task<Answer<PromotionWire>> Promote(Caller caller, string model, Promote request, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<ModelVersionWire?> Find(WorkspaceId workspace, string model, long version, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<ModelVersionWire?> FindChampion(WorkspaceId workspace, string model, CancellationToken cancellation) => throw new NotImplementedException();
}
