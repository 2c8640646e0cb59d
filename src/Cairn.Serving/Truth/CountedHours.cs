using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Segments;
using Cairn.Storage;

namespace Cairn.Serving.Truth;

/// <summary>
/// What was counted of hours that lie in segments, for whoever counts next: of an hour with the same segments, about whose predictions nothing was told
/// since and no window closed since, nothing is read again.
/// </summary>
/// <remarks>What holds was found out before what is counted was read: what changes meanwhile makes the hour be counted once too often, never too seldom.</remarks>
internal sealed class CountedHours(LogDatabase database)
{
    private const int MostChanges = 10_000;

    /// <value>Rows that are judged, of all deployments: 13 bytes each.</value>
    private const long MostJudged = 4_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(WorkspaceId Workspace, string Deployment), Kept> _kept = [];
    private long _asked;

    /// <summary>What there is to count between two times, and what of it is counted already.</summary>
    /// <param name="toMs">Not included.</param>
    public async Task<HoursToCount> Of(LiveDeployment deployment, OutcomeWindow window, long fromMs, long toMs, long nowMs, CancellationToken cancellation)
    {
        var (workspace, name) = (deployment.Row.WorkspaceId, deployment.Row.Name);
        Kept? kept;
        lock (_gate) kept = _kept.GetValueOrDefault((workspace, name));
        if (kept is not null && kept.Window != window) kept = null;

        return await database.Read(
            transaction =>
            {
                var told = OutcomeTable.Count(transaction, workspace, name);
                var counted = kept is null ? [] : Still(transaction, workspace, name, kept, told);
                var segments = Segment.Between(transaction, workspace, name, fromMs, toMs).GroupBy(segment => segment.Hour).ToDictionary(hour => hour.Key, hour => hour.Select(segment => segment.SegmentId).ToList());
                var hot = Block.HotHours(transaction, workspace, name, fromMs, toMs).ToHashSet();
                bool IsWhole(long hour) => hour * Block.Hour >= fromMs && Segment.EndOf(hour) <= toMs;
                bool Holds(long hour, List<string> ids) => !hot.Contains(hour) && IsWhole(hour) && counted.TryGetValue(hour, out var of) && of.SegmentIds.SequenceEqual(ids, StringComparer.Ordinal) && nowMs < of.UntilMs;
                var reused = segments.Where(hour => Holds(hour.Key, hour.Value)).ToDictionary(hour => hour.Key, hour => counted[hour.Key]);
                return new HoursToCount(
                    told, counted, reused, segments.Where(hour => !hot.Contains(hour.Key) && IsWhole(hour.Key)).ToDictionary(),
                    [.. segments.Keys.Union(hot).Where(hour => !reused.ContainsKey(hour)).Order()]);
            },
            cancellation);
    }

    /// <param name="fresh">What was counted just now, by hour; an hour that is missing has no predictions.</param>
    public void Keep(LiveDeployment deployment, OutcomeWindow window, HoursToCount plan, IReadOnlyDictionary<long, IReadOnlyDictionary<(long Source, bool Shadow), OutcomeTally>> fresh, long nowMs)
    {
        var hours = new Dictionary<long, CountedHour>(plan.Counted);
        foreach (var hour in plan.ToCount)
        {
            if (!plan.Sealed.TryGetValue(hour, out var ids)) continue;
            if (UntilMs(window, hour, nowMs) is { } until) hours[hour] = new(ids, until, fresh.GetValueOrDefault(hour) ?? new Dictionary<(long, bool), OutcomeTally>());
            else hours.Remove(hour);
        }

        lock (_gate)
        {
            _kept[(deployment.Row.WorkspaceId, deployment.Row.Name)] = new(window, plan.Told, hours, ++_asked);
            while (_kept.Values.Sum(kept => kept.Judged) > MostJudged) _kept.Remove(_kept.MinBy(kept => kept.Value.Asked).Key);
        }
    }

    /// <summary>Until when predictions of an hour count as they do now; null: some of their windows have closed and others have not.</summary>
    private static long? UntilMs(OutcomeWindow window, long hour, long nowMs) =>
        window.ClosesAt(hour * Block.Hour) is not { } first || window.IsClosed(Segment.EndOf(hour), nowMs) ? long.MaxValue
        : nowMs < first ? first
        : null;

    /// <summary>Without the hours about which something was told since.</summary>
    private static Dictionary<long, CountedHour> Still(ReadTransaction transaction, WorkspaceId workspace, string deployment, Kept kept, CountOfTold told)
    {
        var since = OutcomeTable.Since(transaction, workspace, deployment, kept.Told.Last, MostChanges + 1);
        var waiting = since.Count(row => row.Positive is null);
        // Numbers that do not add up: outcomes were forgotten, found their prediction, or were written with a number before the last one.
        if (since.Count > MostChanges || kept.Told.Rows + since.Count != told.Rows || kept.Told.Unmatched + waiting != told.Unmatched) return [];
        var hours = new Dictionary<long, CountedHour>(kept.Hours);
        foreach (var row in since)
        {
            if (row.Positive is not null) hours.Remove((Uuid7.TimeOf(Guid.ParseExact(row.PredictionId, "N")) ?? 0) / Block.Hour);
        }

        return hours;
    }

    private sealed record Kept(OutcomeWindow Window, CountOfTold Told, IReadOnlyDictionary<long, CountedHour> Hours, long Asked)
    {
        public long Judged { get; } = Hours.Values.Sum(hour => hour.Tallies.Values.Sum(tally => (long)tally.Judged));
    }
}

/// <param name="UntilMs">Not included: then windows close.</param>
internal sealed record CountedHour(IReadOnlyList<string> SegmentIds, long UntilMs, IReadOnlyDictionary<(long Source, bool Shadow), OutcomeTally> Tallies);

/// <param name="Counted">All hours whose count still holds but for their segments, of other stretches of time too.</param>
/// <param name="Reused">Those of this stretch that need not be counted.</param>
/// <param name="Sealed">Whole hours of this stretch that lie in segments alone, and in which.</param>
/// <param name="ToCount">Hours with predictions that have to be counted, in order.</param>
internal sealed record HoursToCount(
    CountOfTold Told, IReadOnlyDictionary<long, CountedHour> Counted, IReadOnlyDictionary<long, CountedHour> Reused, IReadOnlyDictionary<long, List<string>> Sealed, IReadOnlyList<long> ToCount)
{
    /// <summary>Stretches of time without an hour that is reused, in milliseconds; the end not included.</summary>
    public IEnumerable<(long FromMs, long ToMs)> Stretches(long fromMs, long toMs)
    {
        var reused = Reused.Keys.Order().ToArray();
        for (var at = 0; at < ToCount.Count;)
        {
            var next = Array.FindIndex(reused, hour => hour > ToCount[at]);
            var last = at;
            while (last + 1 < ToCount.Count && (next < 0 || ToCount[last + 1] < reused[next])) last++;
            yield return (Math.Max(fromMs, ToCount[at] * Block.Hour), Math.Min(toMs, Segment.EndOf(ToCount[last])));
            at = last + 1;
        }
    }
}
