namespace Cairn.Tracking.Search;

/// <summary>What is asked of runs.</summary>
/// <param name="Sql">Of <c>runs r</c>.</param>
/// <param name="Found">The rows that tell which runs it is true of; null: a look at each run does.</param>
internal sealed record RunCondition(string Sql, FoundBy? Found = null);

/// <summary>Rows of one table, called <c>f</c>, that tell which runs a condition is true of.</summary>
/// <param name="Of">What they are about: the entity and key of a <see cref="RunOrder"/>.</param>
/// <param name="Where">Of <c>f</c>, without workspace and experiment.</param>
/// <param name="IsRange">Whether they lie side by side in an index: to count some is no look at others.</param>
/// <param name="IsOneValue">Whether the index has them newest first.</param>
/// <param name="OfAnyExperiment">Whether they are found without the experiment.</param>
/// <param name="OfValue">What of it is about the value alone; null: all of it.</param>
internal sealed record FoundBy(
    string Table, (string Entity, string Key) Of, string Where, bool IsRange, bool IsOneValue = false, bool OfAnyExperiment = false, string? OfValue = null)
{
    /// <value>Whether the indexes of runs by their start tell it as well.</value>
    public bool IsToldByStart => Table == "runs" && Of is ("attribute", "name" or "status" or "started_at");
}

/// <summary>Where runs are looked for.</summary>
/// <param name="Sql">Of <c>runs r</c>: their experiments and their lifecycle stage.</param>
/// <param name="Experiments">Null: all of the workspace.</param>
internal sealed record RunScope(string Sql, IReadOnlyList<long>? Experiments);
