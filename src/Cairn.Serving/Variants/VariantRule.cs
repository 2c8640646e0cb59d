using System.Buffers;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Canaries;
using Cairn.Serving.Live;
using Cairn.Storage;
using Cairn.Tracking;

namespace Cairn.Serving.Variants;

/// <summary>Which variants a deployment may have.</summary>
internal static class VariantRule
{
    private const int Most = 16, LongestName = 50;
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    public static Refusal? Name(string name)
    {
        if (name == LiveVariant.Champion)
            return new Refusal.Invalid("variant.champion", "The champion follows its alias and answers what no other variant does. Promote a version to change it: cairn promote MODEL VERSION.");
        return name.Length is > 0 and <= LongestName && name.AsSpan().IndexOfAnyExcept(Allowed) < 0
            ? null
            : new Refusal.Invalid("variant.name-invalid", $"'{name}' cannot name a variant. It takes 1 to {LongestName} letters, digits, '-' and '_'.");
    }

    public static Refusal? Request(SetVariant request)
    {
        if (request is { Version: not null, Alias: not null }) return Invalid("both a version and an alias were given; give one of them.");
        if (request is { Weight: not null, Shadow: true }) return Invalid("a shadow answers nobody, so it has no weight; give a weight or shadow: true.");
        if (request.Alias == Models.Champion) return Invalid("the alias champion is what the champion follows; name another alias or a version.");
        if (request is { Override: true, Version: null }) return Invalid("an override is for one version; name it.");
        return request.Weight is null or (>= 0 and <= 1) ? null : Invalid($"the weight {request.Weight} is not between 0 and 1.");

        static Refusal.Invalid Invalid(string why) => new("variant.invalid", $"The variant cannot be set: {why}");
    }

    /// <param name="others">The variants beside the champion and the one that is to be set.</param>
    public static Refusal? Full(string deployment, IReadOnlyList<VariantRow> others) => others.Count < Most
        ? null
        : new Refusal.Conflict("variant.too-many", $"{deployment} has {others.Count} variants beside its champion; {Most} are allowed. Remove one: cairn variants remove {deployment} NAME.");

    /// <summary>A variant that a canary moves is moved by nobody else.</summary>
    public static Refusal? Held(VariantRow? row) => row?.Canary is { } number
        ? new Refusal.Conflict("canary.holds-variant", $"The variant {row.Name} of {row.Deployment} belongs to its canary {number}, which is running. Abort that first: cairn deployments canary abort {row.Deployment}.")
        : null;

    /// <summary>What is to be stored: what the request does not say stays as it is.</summary>
    /// <param name="others">The other variants of the deployment.</param>
    /// <param name="canary">One that is running, whose last step has to find its places free.</param>
    public static Answer<VariantRow> Plan(DeploymentRow deployment, string name, SetVariant request, VariantRow? before, IReadOnlyList<VariantRow> others, CanaryRow? canary, long now)
    {
        if (before is null && request is { Version: null, Alias: null })
            return new Refusal.Invalid("variant.incomplete", $"{deployment.Name} has no variant {name}. A new one needs a version or an alias.");
        if (before is null && request is { Weight: null, Shadow: not true })
            return new Refusal.Invalid("variant.incomplete", $"{deployment.Name} has no variant {name}. A new one needs a weight, or shadow: true.");
        if (Full(deployment.Name, others) is { } full) return full;

        var shadow = request.Shadow ?? (request.Weight is null && before!.Shadow);
        var size = shadow ? 0 : request.Weight is { } weight ? (int)Math.Round(weight * TrafficPart.Whole) : before?.Size ?? 0;
        var taken = others.Sum(row => canary is not null && row.Name == canary.Variant ? Math.Max(row.Size, canary.LargestSize) : row.Size);
        if (size + taken > TrafficPart.Whole)
        {
            return new Refusal.Conflict(
                "variant.weights", $"The variants of {deployment.Name} would answer {(double)(size + taken) / TrafficPart.Whole:0.######} of its traffic, which is more than all of it. {name} can have up to {(double)(TrafficPart.Whole - taken) / TrafficPart.Whole:0.######}; the champion answers what is left.");
        }

        var parts = TrafficPart.Resize(before?.ReadParts() ?? [], others.SelectMany(row => row.ReadParts()), size);
        var (version, alias) = request is { Version: null, Alias: null } ? (before!.Version, before.Alias) : (request.Version, request.Alias);
        return new VariantRow(deployment.WorkspaceId, deployment.Name, name, version, alias, shadow, TrafficPart.Write(parts), before?.CreatedAt ?? now, now);
    }

    /// <summary>A version that comes to answer requests has passed its gates, by the rule of promotions; one that only scores beside them need not.</summary>
    public static Refusal? Allow(ReadTransaction transaction, Caller caller, string model, VariantRow row, VariantRow? before, SetVariant request)
    {
        var version = row.Version ?? Models.FindAlias(transaction, caller.Workspace, model, row.Alias!);
        if (version is null) return new Refusal.Missing("variant.alias-unknown", $"The model {model} has no alias '{row.Alias}'. Set it first: PUT /api/v1/models/{model}/aliases/{row.Alias}.");

        var known = before is not null && before.Version == row.Version && before.Alias == row.Alias;
        if (row.Size == 0 || (known && before!.Size > 0)) return known ? null : Models.Require(transaction, caller.Workspace, model, version.Value).Refusal;
        return Models.RequireForTraffic(transaction, caller, model, new(version.Value, request.Reason, Override: request.Override)).Refusal;
    }
}
