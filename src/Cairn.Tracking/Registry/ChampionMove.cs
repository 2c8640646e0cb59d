using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;

namespace Cairn.Tracking.Registry;

/// <summary>
/// The only place that moves the alias champion. Alias, history, event and audit entry are one transaction; whoever promotes,
/// rolls back, sets or removes the alias, or moves a version to Production, comes through here.
/// </summary>
internal static class ChampionMove
{
    public static Answer<PromotionWire> Promote(WriteTransaction transaction, Caller caller, string model, Promote request, long now, long? cause = null)
    {
        if (MayPromote(caller) is { } forbidden) return forbidden;
        if (ModelTable.RequireForChange(transaction, caller.Workspace, model, now).Refusal is { } unknown) return unknown;
        var found = VersionTable.Require(transaction, caller.Workspace, model, request.Version);
        if (found.Refusal is { } noVersion) return noVersion;

        if (Current(transaction, caller.Workspace, model) == request.Version && PromotionTable.Last(transaction, caller.Workspace, model) is { } last)
            return last.ToWire(model); // it is champion already: nothing moves

        var version = VersionTable.ToWire(transaction, caller.Workspace, found.Value);
        var kind = PromotionRule.Allow(version, request);
        return kind.Refusal is { } refused ? refused : Move(transaction, caller, model, version, kind.Value, request.Reason, now, cause);
    }

    /// <summary>Back to the champion before, which was judged when it was promoted.</summary>
    public static Answer<PromotionWire> Rollback(WriteTransaction transaction, Caller caller, string model, string? reason, long now)
    {
        if (MayPromote(caller) is { } forbidden) return forbidden;
        if (ModelTable.RequireForChange(transaction, caller.Workspace, model, now).Refusal is { } unknown) return unknown;

        if (BeforeTheCurrent(transaction, caller.Workspace, model) is { } version)
            return Move(transaction, caller, model, VersionTable.ToWire(transaction, caller.Workspace, version), "rollback", reason, now);

        var current = Current(transaction, caller.Workspace, model);
        return new Refusal.Conflict(
            "registry.nothing-to-roll-back",
            $"The model '{model}' {(current is null ? "has no champion" : $"has version {current} as champion")} and none before it to go back to. Promote a version instead: GET /api/v1/models/{model}/versions.");
    }

    /// <summary>The version a rollback leads to; null: there is none to go back to.</summary>
    public static ModelVersion? BeforeTheCurrent(ReadTransaction transaction, WorkspaceId workspace, string model)
    {
        var current = Current(transaction, workspace, model);
        return ChampionHistory.BeforeTheCurrent(PromotionTable.All(transaction, workspace, model))
            .Where(earlier => earlier != current).Select(earlier => VersionTable.Find(transaction, workspace, model, earlier)).FirstOrDefault(version => version is not null);
    }

    public static Answer<PromotionWire> Remove(WriteTransaction transaction, Caller caller, string model, string? reason, long now)
    {
        if (MayPromote(caller) is { } forbidden) return forbidden;
        if (ModelTable.RequireForChange(transaction, caller.Workspace, model, now).Refusal is { } unknown) return unknown;
        return Current(transaction, caller.Workspace, model) is null
            ? new Refusal.Missing("registry.alias-unknown", $"The model '{model}' has no champion, so there is nothing to remove.")
            : Move(transaction, caller, model, null, "remove", reason, now);
    }

    /// <summary>The rules of <see cref="Promote"/> for a version that will answer some of the requests.</summary>
    public static Answer<ModelVersionWire> ForTraffic(ReadTransaction transaction, Caller caller, string model, Promote request)
    {
        if (MayPromote(caller, "Putting a version on traffic") is { } forbidden) return forbidden;
        var found = VersionTable.Require(transaction, caller.Workspace, model, request.Version);
        if (found.Refusal is { } noVersion) return noVersion;

        var version = VersionTable.ToWire(transaction, caller.Workspace, found.Value);
        return PromotionRule.Allow(version, request).Refusal is { } refused ? refused : version;
    }

    public static long? Current(ReadTransaction transaction, WorkspaceId workspace, string model) => AliasTable.Find(transaction, workspace, model, Models.Champion);

    private static Answer<PromotionWire> Move(WriteTransaction transaction, Caller caller, string model, ModelVersionWire? version, string kind, string? reason, long now, long? cause = null)
    {
        if (Naming.Names.Value("registry.reason-invalid", "The reason", reason ?? "", 2000) is { } badReason) return badReason;

        var previous = Current(transaction, caller.Workspace, model);
        AliasTable.Put(transaction, caller.Workspace, model, Models.Champion, version?.Version);
        var promotion = PromotionTable.Insert(transaction, caller.Workspace, new PromotionWire(model, version?.Version, previous, kind, caller.Name, reason ?? "", now));
        transaction.Write(
            caller, kind == "remove" ? "model.champion-remove" : kind == "rollback" ? "model.rollback" : "model.promote", $"models/{model}",
            Detail.Of(new { version = version?.Version, previous, kind, reason, verdict = version?.Verdict?.Verdict, gates = version?.Verdict?.Summary }));
        transaction.Emit(new NewEvent(
            caller.Workspace, Models.ChampionChanged, $"models/{model}",
            Detail.Of(new ChampionChange(model, version?.Version, previous, version?.PackageDigest)), cause));
        return promotion;
    }

    private static Refusal.Forbidden? MayPromote(Caller caller, string what = "Moving the champion") => caller.May(Permission.ModelsPromote)
        ? null
        : new Refusal.Forbidden("access.permission-missing", $"{what} needs the permission {Permission.ModelsPromote}, which {caller.Name} has not.");
}
