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
/// <param name="Numbers">Since then, in the process that was asked; null while it serves nothing.</param>
/// <param name="Comparison">With the champion, for as long as both have been these versions; null for the champion.</param>
/// <param name="Canary">The number of the canary that it belongs to and that is running.</param>
public sealed record VariantWire(
    string Name, string? Alias, long? Version, double Weight, bool Shadow, long Since, string? Problem, VariantNumbersWire? Numbers = null, VariantComparisonWire? Comparison = null,
    long? Canary = null);

/// <param name="Requests">Of which it answered a row at least; null over the log, which knows rows only.</param>
/// <param name="Rows">Answered, or scored by a shadow.</param>
/// <param name="Errors">Rows that it could not answer, so that the champion did; null over the log.</param>
/// <param name="Dropped">Rows that a shadow did not score, or the champion not beside a canary, since there were too many; null over the log.</param>
/// <param name="PositiveShare">Of the rows at or above its threshold, with its 95 percent interval; null without rows.</param>
/// <param name="Latency">Of requests from arrival to answer; of a shadow, of one row from its bytes to its score. Within 3.2 percent.</param>
public sealed record VariantNumbersWire(
    long? Requests, long Rows, long? Errors, long? Dropped, double? MeanProbability, ShareWire? PositiveShare, LatencyWire? Latency);

/// <param name="Low">Of the 95 percent interval.</param>
public sealed record ShareWire(double Share, double Low, double High);

public sealed record LatencyWire(long P50Us, long P95Us, long P99Us);

/// <param name="ChampionVersion">What it is compared with.</param>
/// <param name="SameRows">Rows that both have scored: of a shadow, or of a canary.</param>
/// <param name="PositiveShareDifference">Variant minus champion, each on the rows that it answered itself; null for a shadow.</param>
public sealed record VariantComparisonWire(long ChampionVersion, SameRowsWire? SameRows, ShareWire? PositiveShareDifference);

/// <param name="Agreement">Share of rows that both call alike.</param>
/// <param name="OnlyVariant">Rows that only the variant calls positive.</param>
public sealed record SameRowsWire(long Rows, ShareWire Agreement, long OnlyVariant, long OnlyChampion, double MeanAbsoluteDifference);

/// <summary>The same over a stretch of the log.</summary>
/// <param name="From">Microseconds UTC, included.</param>
/// <param name="To">Not included.</param>
/// <param name="ChampionVersion">The champion that answered most; the others are compared with it. Null when none answered.</param>
/// <param name="Variants">Each version of each variant that answered or scored, by variant and version.</param>
public sealed record LoggedVariantsWire(string Deployment, long From, long To, long? ChampionVersion, IReadOnlyList<LoggedVariantWire> Variants);

public sealed record LoggedVariantWire(string Name, string Model, long Version, bool Shadow, VariantNumbersWire Numbers, VariantComparisonWire? Comparison);

/// <summary>What a variant is to be. For one that is there, what is not said stays; a new one needs a version or an alias, and a weight or shadow.</summary>
/// <param name="Version">Of the deployment's model.</param>
/// <param name="Alias">Instead of a version: the variant follows the alias.</param>
/// <param name="Weight">Share of the traffic, 0 to 1; the champion answers the rest.</param>
/// <param name="Override">As for a promotion: a version that takes traffic needs the verdict of its gates, or this and a reason.</param>
public sealed record SetVariant(
    long? Version = null, string? Alias = null, double? Weight = null, bool? Shadow = null, bool Override = false, string? Reason = null);
