using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;

namespace Cairn.Serving.Truth;

/// <param name="Place">Of the caller.</param>
/// <param name="PredictionId">Null: the last prediction about the entity is looked for.</param>
/// <param name="Deployment">May be empty with an id.</param>
/// <param name="Alias">Another name under which the log may have the entity.</param>
/// <param name="ObservedAt">Microseconds.</param>
internal readonly record struct WantedPrediction(int Place, Guid? PredictionId, string Deployment, string Entity, string? Alias, long ObservedAt);

internal sealed record FoundPrediction(Guid Id, LogSourceRow Source);

/// <summary>Finds the predictions that outcomes are about.</summary>
internal sealed class OutcomeMatch(LogKeys keys, LiveDeployments live)
{
    private const long Day = 24 * 60 * 60 * 1000;

    public Task<Dictionary<long, LogSourceRow>> Sources(WorkspaceId workspace, string deployment, CancellationToken cancellation) => keys.Sources(workspace, deployment, cancellation);

    public OutcomeWindow WindowOf(WorkspaceId workspace, string deployment) =>
        OutcomeWindow.Of(live.Find(workspace, deployment) is { Refusal: null, Value: var found } ? found.Settings.Outcome : new());

    /// <param name="sinceMs">Predictions made before need not be looked at.</param>
    /// <returns>One for each that is wanted; null: there is none in the log.</returns>
    public async Task<FoundPrediction?[]> Find(WorkspaceId workspace, IReadOnlyList<WantedPrediction> wanted, CancellationToken cancellation, long sinceMs = 0)
    {
        var found = new FoundPrediction?[wanted.Count];
        var byId = await keys.Find(workspace, [.. wanted.Select(one => one.PredictionId).OfType<Guid>().Where(id => (Uuid7.TimeOf(id) ?? 0) >= sinceMs)], cancellation);
        var byEntity = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < found.Length; i++)
        {
            if (wanted[i].PredictionId is { } id)
            {
                if (byId.TryGetValue(id, out var source)) found[i] = new(id, source);
            }
            else if (byEntity.TryGetValue(wanted[i].Deployment, out var places))
            {
                places.Add(i);
            }
            else
            {
                byEntity[wanted[i].Deployment] = [i];
            }
        }

        foreach (var (deployment, places) in byEntity) await FindByEntity(workspace, deployment, wanted, places, found, sinceMs, cancellation);
        return found;
    }

    private async Task FindByEntity(
        WorkspaceId workspace, string deployment, IReadOnlyList<WantedPrediction> wanted, List<int> places, FoundPrediction?[] found, long sinceMs, CancellationToken cancellation)
    {
        var (match, within) = (new EntityMatch(), WindowOf(workspace, deployment).WithinMs);
        foreach (var i in places) match.Add(wanted[i].Entity, wanted[i].Alias, wanted[i].ObservedAt, within);

        string[]? few = places.Count * 2 <= LogKeys.FewValues ? [.. places.SelectMany(i => (string?[])[wanted[i].Entity, wanted[i].Alias]).OfType<string>().Distinct(StringComparer.Ordinal)] : null;

        // From the newest to the oldest in ever longer stretches: the log as a whole is read only for who is not in it.
        var first = Math.Max(match.FromMs, sinceMs);
        for (var (to, stretch) = (match.ToMs, Day); to > first && match.Open > 0; stretch *= 4)
        {
            var from = Math.Max(first, to - stretch);
            await keys.Visit(workspace, deployment, from, to, few, named: true, match.See, cancellation);
            to = from;
        }

        var sources = await keys.Sources(workspace, deployment, cancellation);
        for (var place = 0; place < places.Count; place++)
        {
            if (match.Found(place) is { } prediction) found[places[place]] = new(prediction.Id, sources[prediction.Source]);
        }
    }
}
