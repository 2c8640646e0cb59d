using System.Collections.Frozen;
using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Serving.Variants;
using Cairn.Storage;
using Cairn.Tracking;

namespace Cairn.Serving.Canaries;

/// <summary>What a look at a canary changes: its row, the share of its variant, the event of it and, at its end, the audit or the promotion, in one transaction.</summary>
internal static class CanaryMoves
{
    public const string Started = "deployment.canary-started", Stepped = "deployment.canary-stepped", Waits = "deployment.canary-waits", Ended = "deployment.canary-ended";

    /// <param name="seen">What this process counted since it looked last.</param>
    /// <param name="problem">Why the version cannot be loaded; null when it serves.</param>
    /// <returns>What became of it; null when it was over already.</returns>
    public static CanaryLook? Look(WriteTransaction transaction, VariantRow variant, long number, CanaryCounts seen, string? problem, long now)
    {
        if (CanaryTable.Find(transaction, variant.WorkspaceId, variant.Deployment, number) is not { } row || row.ReadProgress() is not { IsOver: false } progress) return null;
        var champion = Models.FindAlias(transaction, row.WorkspaceId, row.Model, Models.Champion);
        if (champion == row.Version)
        {
            var promoted = progress with { State = CanaryProgress.Promoted, Counts = progress.Counts.Plus(seen) };
            End(transaction, row.With(promoted), null, $"Version {row.Version} is champion.", row.EventId, now);
            return new(promoted, CanaryMove.Done);
        }

        var outside = champion != row.ChampionVersion
            ? new CanaryBreach(CanaryBreach.ChampionChanged, $"{(champion is null ? "There is no champion any more" : $"Version {champion} became champion")}; the canary was judged beside version {row.ChampionVersion}.")
            : problem is not null ? new CanaryBreach(CanaryBreach.NotServed, problem) : null;
        var look = progress.Look(seen, now, outside);
        return look.Move switch
        {
            CanaryMove.Forward => Step(transaction, row, progress.Counts.Plus(seen), look, now),
            CanaryMove.Abort => Abort(transaction, row, look, CanaryCaller(row), now),
            CanaryMove.Done => Finish(transaction, row, look, now),
            _ => Stay(transaction, row, look),
        };
    }

    /// <param name="caller">Who does it; for the audit.</param>
    public static CanaryLook Abort(WriteTransaction transaction, CanaryRow row, CanaryLook look, Caller caller, long now)
    {
        var (cause, reason) = (look.Breach!.Cause, look.Breach.Reason);
        End(transaction, row.With(look.Progress), cause, reason, row.EventId, now);
        transaction.Write(caller, "deployment.abort-canary", Subject(row), Json(new { canary = row.Number, row.Variant, row.Version, cause, reason }));
        return look;
    }

    /// <summary>The share of the variant becomes that of the step; who has it keeps it.</summary>
    public static void Give(WriteTransaction transaction, CanaryRow row, double weight, long now, long? canary)
    {
        var all = VariantTable.Of(transaction, row.WorkspaceId, row.Deployment);
        var before = all.FirstOrDefault(variant => variant.Name == row.Variant);
        var parts = TrafficPart.Resize(before?.ReadParts() ?? [], all.Where(variant => variant.Name != row.Variant).SelectMany(variant => variant.ReadParts()), CanaryRow.SizeOf(weight));
        VariantTable.Put(transaction, new(row.WorkspaceId, row.Deployment, row.Variant, row.Version, null, Shadow: false, TrafficPart.Write(parts), before?.CreatedAt ?? now, now, canary));
        transaction.Emit(VariantTable.ChangeOf(row.WorkspaceId, row.Deployment, row.Model, row.EventId));
    }

    public static NewEvent Happened(CanaryRow row, string type, long? causedBy) => new(
        row.WorkspaceId, type, Subject(row),
        Json(new { canary = row.Number, row.Variant, row.Model, row.Version, row.State, step = row.Step + 1, weight = row.ReadProgress().Weight, row.Cause, row.Reason }), causedBy);

    private static CanaryLook Stay(WriteTransaction transaction, CanaryRow row, CanaryLook look)
    {
        var stays = row.With(look.Progress);
        if (stays != row) CanaryTable.Update(transaction, stays);
        return look;
    }

    private static CanaryLook Step(WriteTransaction transaction, CanaryRow row, CanaryCounts counted, CanaryLook look, long now)
    {
        var before = row.ReadProgress() with { Counts = counted };
        var past = row.ReadPast().Append(new(before.Weight, row.StepAt, now, counted.ToWire(before.SlowAbove)));
        var stepped = row.With(look.Progress) with { Past = Json(past) };
        stepped = stepped with { EventId = transaction.Emit(Happened(stepped, Stepped, row.EventId)) };
        CanaryTable.Update(transaction, stepped);
        Give(transaction, stepped, look.Progress.Weight, now, row.Number);
        return look;
    }

    private static CanaryLook Finish(WriteTransaction transaction, CanaryRow row, CanaryLook look, long now)
    {
        if (look.Progress.State == CanaryProgress.Kept)
        {
            End(transaction, row.With(look.Progress), null, "All its steps held; it keeps its share.", row.EventId, now);
            return look;
        }

        var why = $"All its steps held. It waits for a promotion: cairn promote {row.Model} {row.Version}.";
        if (look.Progress.Plan.WhenDone == CanarySettings.Promote)
        {
            // As whoever started it, by the rules of every promotion: a gate that has refused the version since refuses it here.
            var caller = new Caller(row.WorkspaceId, row.StartedBy, FrozenSet.ToFrozenSet([Permission.ModelsPromote]));
            var promotion = Models.Promote(transaction, caller, row.Model, new(row.Version, $"Canary {row.Number} of {row.Deployment} held all its steps."), now, row.EventId);
            if (promotion.Refusal is not { } refused)
            {
                var promoted = look with { Progress = look.Progress with { State = CanaryProgress.Promoted } };
                End(transaction, row.With(promoted.Progress), null, $"All its steps held; version {row.Version} is champion.", row.EventId, now);
                return promoted;
            }

            why = $"All its steps held, but it cannot be promoted: {refused.Detail}";
        }

        var waits = row.With(look.Progress) with { Reason = why };
        waits = waits with { EventId = transaction.Emit(Happened(waits, Waits, row.EventId)) };
        CanaryTable.Update(transaction, waits);
        return look;
    }

    private static void End(WriteTransaction transaction, CanaryRow row, string? cause, string reason, long causedBy, long now)
    {
        var ended = row with { Cause = cause, Reason = reason, EndedAt = now };
        ended = ended with { EventId = transaction.Emit(Happened(ended, Ended, causedBy)) };
        CanaryTable.Update(transaction, ended);
        if (ended.State == CanaryProgress.Promoted)
        {
            VariantTable.Remove(transaction, row.WorkspaceId, row.Deployment, row.Variant); // the champion is the same version now
            transaction.Emit(VariantTable.ChangeOf(row.WorkspaceId, row.Deployment, row.Model, ended.EventId));
        }
        else
        {
            Give(transaction, ended, ended.ReadProgress().Weight, now, canary: null);
        }
    }

    private static Caller CanaryCaller(CanaryRow row) => new(row.WorkspaceId, $"canary {row.Number} of {row.Deployment}", FrozenSet<Permission>.Empty);

    private static string Subject(CanaryRow row) => $"deployments/{row.Deployment}";

    private static string Json(object value) => JsonSerializer.Serialize(value, CairnJson.Options);
}
