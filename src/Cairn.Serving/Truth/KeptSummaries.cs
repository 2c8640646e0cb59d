using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Storage;

namespace Cairn.Serving.Truth;

/// <summary>Summaries that were just counted, for who does not mind that some predictions are missing. To count one reads the log of its period.</summary>
/// <remarks>Outcomes are never missing: one that was told since, or settings that changed, make it be counted anew.</remarks>
internal sealed class KeptSummaries(LogDatabase database, TimeProvider clock)
{
    private const int Most = 64;
    private const long Second = 1_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(WorkspaceId Workspace, string Deployment, string Period), Kept> _kept = [];

    /// <param name="period">As it was asked for: an open end moves on with the time.</param>
    /// <param name="maxAge">Seconds.</param>
    public async Task<OutcomeSummaryWire> Of(LiveDeployment deployment, string period, int maxAge, Func<Task<OutcomeSummaryWire>> count, CancellationToken cancellation)
    {
        var (workspace, name) = (deployment.Row.WorkspaceId, deployment.Row.Name);
        var told = await database.Read(transaction => OutcomeTable.SoFar(transaction, workspace, name), cancellation);
        lock (_gate)
        {
            if (_kept.TryGetValue((workspace, name, period), out var kept) && kept.Told == told && kept.Summary.Settings == deployment.Settings.Outcome
                && clock.Micros() - kept.Summary.CountedAt < maxAge * Second) return kept.Summary;
        }

        var summary = await count();
        lock (_gate)
        {
            if (_kept.Count >= Most) _kept.Remove(_kept.MinBy(one => one.Value.Summary.CountedAt).Key);
            _kept[(workspace, name, period)] = new(told, summary);
        }

        return summary;
    }

    private sealed record Kept(ToldSoFar Told, OutcomeSummaryWire Summary);
}
