using System.Runtime.InteropServices;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Storage;

namespace Cairn.Serving.Truth;

/// <summary>Goes through the predictions of a stretch of time once, hour by hour with their outcomes; hours that were counted before and are as they were are not read.</summary>
internal sealed class OutcomeSummary(LogDatabase database, LogKeys keys, Outcomes outcomes, CountedHours counted, TimeProvider clock)
{
    /// <param name="from">Microseconds; included.</param>
    /// <param name="to">Not included.</param>
    public async Task<OutcomeSummaryWire> Of(LiveDeployment deployment, long from, long to, CancellationToken cancellation)
    {
        var (workspace, name, settings) = (deployment.Row.WorkspaceId, deployment.Row.Name, deployment.Settings.Outcome);
        var (window, nowMs) = (OutcomeWindow.Of(settings), clock.Micros() / 1000);
        var (fromMs, toMs) = ((from + 999) / 1000, (to + 999) / 1000);
        var plan = await counted.Of(deployment, window, fromMs, toMs, nowMs, cancellation);
        var pass = new Pass(await keys.Sources(workspace, name, cancellation), window, nowMs);
        foreach (var (start, end) in plan.Stretches(fromMs, toMs)) await Count(workspace, name, start, end, pass, cancellation);
        counted.Keep(deployment, window, plan, pass.Fresh(), nowMs);
        foreach (var hour in plan.Reused.Values) pass.Take(hour);

        var unmatched = await database.Read(transaction => OutcomeTable.CountUnmatched(transaction, workspace, name, from, to), cancellation);
        return pass.ToWire(name, from, to, settings, unmatched);
    }

    private async Task Count(WorkspaceId workspace, string name, long fromMs, long toMs, Pass pass, CancellationToken cancellation)
    {
        var at = fromMs;
        await foreach (var piece in outcomes.Scan(workspace, name, fromMs, toMs, cancellation))
        {
            foreach (var outcome in piece) pass.Outcomes[outcome.PredictionId] = outcome;

            // The next piece may tell more of the hour this one ends in.
            var hour = (Uuid7.TimeOf(piece[^1].PredictionId) ?? 0) / Block.Hour * Block.Hour;
            if (hour <= at) continue;
            await keys.Visit(workspace, name, at, hour, entities: null, named: false, pass.See, cancellation);
            pass.Forget(hour);
            at = hour;
        }

        await keys.Visit(workspace, name, at, toMs, entities: null, named: false, pass.See, cancellation);
        pass.Forget(toMs);
    }

    private sealed class Pass(Dictionary<long, LogSourceRow> sources, OutcomeWindow window, long nowMs)
    {
        private readonly Dictionary<long, Dictionary<(long Source, bool Shadow), OutcomeTally>> _hours = [];
        private readonly List<CountedHour> _before = [];

        public Dictionary<Guid, PredictionOutcome> Outcomes { get; } = [];

        public void See(in LogKey key)
        {
            if (!sources.TryGetValue(key.Source, out var source)) return;
            var tallies = CollectionsMarshal.GetValueRefOrAddDefault(_hours, key.Milliseconds / Block.Hour, out _) ??= [];
            var tally = CollectionsMarshal.GetValueRefOrAddDefault(tallies, (key.Source, key.Flags.HasFlag(RecordFlags.Shadow)), out _) ??= new(window, nowMs);
            tally.Add(key, source.Threshold, Outcomes.TryGetValue(key.Id, out var outcome) ? outcome : null);
        }

        /// <summary>What was seen, by hour. Nothing more is seen after it.</summary>
        public Dictionary<long, IReadOnlyDictionary<(long Source, bool Shadow), OutcomeTally>> Fresh()
        {
            foreach (var tally in _hours.Values.SelectMany(tallies => tallies.Values)) tally.Trim();
            return _hours.ToDictionary(hour => hour.Key, hour => (IReadOnlyDictionary<(long, bool), OutcomeTally>)hour.Value);
        }

        /// <summary>What was counted another time.</summary>
        public void Take(CountedHour hour) => _before.Add(hour);

        public void Forget(long beforeMs)
        {
            foreach (var id in Outcomes.Keys.Where(id => Uuid7.TimeOf(id) < beforeMs).ToList()) Outcomes.Remove(id);
        }

        public OutcomeSummaryWire ToWire(string name, long from, long to, OutcomeSettings settings, long unmatched)
        {
            // A version may come back with another build of the evaluator: to the reader it is the same version.
            var variants = _hours.Values.SelectMany(hour => hour).Concat(_before.SelectMany(hour => hour.Tallies)).Where(tally => sources.ContainsKey(tally.Key.Source)).GroupBy(tally => (sources[tally.Key.Source].Variant, sources[tally.Key.Source].Model, sources[tally.Key.Source].Version, tally.Key.Shadow))
                .OrderBy(group => group.Key.Variant, StringComparer.Ordinal).ThenBy(group => group.Key.Version)
                .Select(group => (Of: group.Key, Tally: OutcomeTally.Sum(window, nowMs, group.Select(tally => tally.Value))))
                .ToList();
            // A shadow answered nobody: it is judged by the outcomes of the answers beside it, and does not count among them.
            var all = OutcomeTally.Sum(window, nowMs, variants.Where(variant => !variant.Of.Shadow).Select(variant => variant.Tally));
            return new(
                name, from, to, settings, all.Counts, unmatched, all.Performance,
                [.. variants.Select(variant => new VariantOutcomesWire(variant.Of.Variant, variant.Of.Shadow, variant.Of.Model, variant.Of.Version, variant.Tally.Counts, variant.Tally.Performance))],
                nowMs * 1000);
        }
    }
}
