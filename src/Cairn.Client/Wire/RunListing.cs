namespace Cairn.Client.Wire;

/// <summary>Which runs, in which order.</summary>
/// <param name="Experiment">Id or name.</param>
/// <param name="Name">Part of a run's name, in any case.</param>
/// <param name="View"><c>active</c> (the default), <c>deleted</c> or <c>all</c>.</param>
/// <param name="OrderBy"><c>metrics.roc_auc desc</c>, a param, <c>started_at</c>, <c>ended_at</c>, <c>name</c> or <c>status</c>.</param>
public sealed record RunListing(string? Experiment = null, string? Status = null, string? Name = null, string? View = null, string? OrderBy = null);
