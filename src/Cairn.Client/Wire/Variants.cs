namespace Cairn.Client.Wire;

/// <summary>Who answers a deployment's requests, and who scores beside them.</summary>
/// <param name="Variants">The champion first, then the others by name.</param>
public sealed record VariantsWire(string Deployment, string Model, IReadOnlyList<VariantWire> Variants);

/// <param name="Name"><c>champion</c>: the version that the alias points to.</param>
/// <param name="Alias">The alias it follows; null: it stays at its version.</param>
/// <param name="Version">What serves now; null: nothing does (see <paramref name="Problem"/>), and the champion answers its share.</param>
/// <param name="Weight">Share of the traffic it answers, 0 to 1. 0 for a shadow.</param>
/// <param name="Shadow">True: scores what others answer, and answers nobody.</param>
/// <param name="Since">When this version came to serve, microseconds UTC.</param>
public sealed record VariantWire(string Name, string? Alias, long? Version, double Weight, bool Shadow, long Since, string? Problem);

/// <summary>What a variant is to be. For one that is there, what is not said stays; a new one needs a version or an alias, and a weight or shadow.</summary>
/// <param name="Version">Of the deployment's model.</param>
/// <param name="Alias">Instead of a version: the variant follows the alias.</param>
/// <param name="Weight">Share of the traffic, 0 to 1; the champion answers the rest.</param>
/// <param name="Override">As for a promotion: a version that takes traffic needs the verdict of its gates, or this and a reason.</param>
public sealed record SetVariant(
    long? Version = null, string? Alias = null, double? Weight = null, bool? Shadow = null, bool Override = false, string? Reason = null);
