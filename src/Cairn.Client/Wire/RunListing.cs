namespace Cairn.Client.Wire;

/// <summary>Which runs, in which order.</summary>
/// <param name="Experiment">Id or name.</param>
/// <param name="Name">Part of a run's name, in any case.</param>
/// <param name="View"><c>active</c> (the default), <c>deleted</c> or <c>all</c>.</param>
/// <param name="OrderBy"><c>metrics.roc_auc desc</c>, a param, a tag, <c>started_at</c>, <c>ended_at</c>, <c>name</c> or <c>status</c>.</param>
/// <param name="Filter">Clauses joined by AND, as MLflow has them: <c>metrics.auc &gt; 0.8 AND params.depth = '6'</c>.</param>
/// <param name="Under">A path: only runs of the experiment of that name and of all below it.</param>
/// <param name="Outermost">Without those that are nested in another run.</param>
/// <param name="Metrics">Which of a run's metrics to bring; null: all of them.</param>
/// <param name="Params">As <paramref name="Metrics"/>.</param>
/// <param name="Tags">As <paramref name="Metrics"/>.</param>
public sealed record RunListing(
    string? Experiment = null, string? Status = null, string? Name = null, string? View = null, string? OrderBy = null, string? Filter = null,
    IReadOnlyList<string>? Metrics = null, IReadOnlyList<string>? Params = null, IReadOnlyList<string>? Tags = null, string? Under = null, bool Outermost = false);

/// <summary>Runs that are alike in one thing.</summary>
/// <param name="Value">What they share: the value of a param or a tag, a status, a user, the id of an experiment. Null: these runs have none.</param>
/// <param name="ExperimentName">When they are grouped by experiment.</param>
/// <param name="Measured">How many of them have the metric, as a number below 1e300.</param>
public sealed record RunGroupWire(string? Value, long Runs, long Measured, double? Mean, double? Min, double? Max, string? ExperimentName = null);

/// <param name="More">Counting stopped where it was asked to, and there are more.</param>
public sealed record RunCountWire(long Count, bool More);
