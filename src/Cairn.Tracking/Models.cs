using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Naming;
using Cairn.Tracking.Registry;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking;

/// <summary>The payload of the event <see cref="Models.ChampionChanged"/>.</summary>
/// <param name="Version">Null: the alias was removed, and the model serves nothing.</param>
/// <param name="PackageDigest">Null for a version logged from outside, which has no package to load.</param>
public sealed record ChampionChange(string Model, long? Version, long? Previous, string? PackageDigest);

/// <summary>The payload of the event <see cref="Models.AliasChanged"/>: an alias other than champion.</summary>
/// <param name="Version">Null: the alias was removed.</param>
public sealed record AliasChange(string Model, string Alias, long? Version);

/// <summary>The payload of the events <see cref="Models.Deleted"/> and <see cref="Models.Restored"/>. With a version or a model, its aliases go and come.</summary>
/// <param name="Version">Null: the model with all its versions.</param>
public sealed record ModelChange(string Model, long? Version);

/// <summary>What the other modules do with the registry; the HTTP slices use the same rules.</summary>
/// <remarks>
/// The event <c>model.champion-changed</c> (subject <c>models/NAME</c>, payload <see cref="ChampionChange"/>:
/// <c>{"model","version","previous","package_digest"}</c>, all four always there) tells who serves.
/// </remarks>
public sealed class Models
{
    /// <summary>The alias that decides what serves.</summary>
    public const string Champion = "champion";

    public const string ChampionChanged = "model.champion-changed";

    public const string AliasChanged = "model.alias-changed";

    public const string Deleted = "model.deleted";

    public const string Restored = "model.restored";

    private readonly Database _database;
    private readonly TimeProvider _clock;

    internal Models(Database database, TimeProvider clock) => (_database, _clock) = (database, clock);

    /// <summary>A new version of the model (made when there is none) from a run and its package. Returns the version.</summary>
    /// <remarks>The same run and package again are the version they already are: a resumed run registers nothing twice.</remarks>
    public async Task<Answer<long>> Register(
        Caller caller, string model, string runId, Digest package, IReadOnlyDictionary<string, string> tags, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if ((Names.Model(model) ?? Tags.Check(tags, Registration.LongestTag)) is { } refusal) return refusal;

        var now = _clock.Micros();
        return await _database.Attempt(transaction => Registration.Trained(transaction, caller, model, runId, package, tags, now), cancellation);
    }

    /// <summary>Stores what the gates said of a version. Promotion of a version trained here needs <c>passed</c>, or an audited override.</summary>
    public async Task<Answer<Done>> RecordVerdict(Caller caller, string model, long version, GateVerdictWire verdict, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(verdict);
        if (Verdicts.Check(verdict) is { } refusal) return refusal;

        var now = _clock.Micros();
        return await _database.Attempt(transaction => Verdicts.Write(transaction, caller, model, version, verdict, now), cancellation);
    }

    /// <summary>Moves the champion alias: history, event and audit entry in one transaction. Promoting the champion changes nothing and answers its last move.</summary>
    public async Task<Answer<PromotionWire>> Promote(Caller caller, string model, Promote request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        var now = _clock.Micros();
        return await _database.Attempt(transaction => ChampionMove.Promote(transaction, caller, model, request, now), cancellation);
    }

    /// <summary>Back to the champion before this one that was not itself rolled back from. Needs no new verdict.</summary>
    public async Task<Answer<PromotionWire>> Rollback(Caller caller, string model, Rollback request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var now = _clock.Micros();
        return await _database.Attempt(transaction => ChampionMove.Rollback(transaction, caller, model, request?.Reason, now), cancellation);
    }

    public Task<ModelVersionWire?> Find(WorkspaceId workspace, string model, long version, CancellationToken cancellation) => _database.Read(
        transaction => VersionTable.Find(transaction, workspace, model, version) is { } found ? VersionTable.ToWire(transaction, workspace, found) : null, cancellation);

    public Task<ModelVersionWire?> FindChampion(WorkspaceId workspace, string model, CancellationToken cancellation) => _database.Read(
        transaction => ChampionMove.Current(transaction, workspace, model) is { } version && VersionTable.Find(transaction, workspace, model, version) is { } found
            ? VersionTable.ToWire(transaction, workspace, found)
            : null,
        cancellation);

    /// <summary>The version an alias points to.</summary>
    public Task<ModelVersionWire?> FindByAlias(WorkspaceId workspace, string model, string alias, CancellationToken cancellation) => _database.Read(
        transaction => AliasTable.Find(transaction, workspace, model, alias) is { } version && VersionTable.Find(transaction, workspace, model, version) is { } found
            ? VersionTable.ToWire(transaction, workspace, found)
            : null,
        cancellation);

    public static long? FindAlias(ReadTransaction transaction, WorkspaceId workspace, string model, string alias) => AliasTable.Find(transaction, workspace, model, alias);

    /// <summary>A version there is; or which there are.</summary>
    public static Answer<ModelVersionWire> Require(ReadTransaction transaction, WorkspaceId workspace, string model, long version)
    {
        var found = VersionTable.Require(transaction, workspace, model, version);
        return found.Refusal is { } unknown ? unknown : VersionTable.ToWire(transaction, workspace, found.Value);
    }

    /// <summary>A version that is to take traffic beside the champion: who asks needs what a promotion needs, and so does the version.</summary>
    public static Answer<ModelVersionWire> RequireForTraffic(ReadTransaction transaction, Caller caller, string model, Promote request)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        return ChampionMove.ForTraffic(transaction, caller, model, request);
    }

    /// <summary>As the other <see cref="Promote(Caller, string, Promote, CancellationToken)"/>, within a transaction that does more.</summary>
    /// <param name="cause">The event that led to it.</param>
    public static Answer<PromotionWire> Promote(WriteTransaction transaction, Caller caller, string model, Promote request, long now, long? cause = null)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        return ChampionMove.Promote(transaction, caller, model, request, now, cause);
    }

    /// <summary>Why a version may not take traffic as it is, without an override; null: it may.</summary>
    public static Refusal? RefuseTraffic(ModelVersionWire version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return PromotionRule.Allow(version, new(version.Version)).Refusal;
    }
}
