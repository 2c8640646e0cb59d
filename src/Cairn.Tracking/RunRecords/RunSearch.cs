using System.Globalization;
using System.Text;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.RunRecords;

/// <summary>One page of runs.</summary>
/// <param name="Values">Which metrics, params and tags are shown of each.</param>
internal sealed record RunSearch(RunSelection Which, RunOrder Order, RunValues Values, int Limit, RunSearch.Place? After)
{
    private const int MostWalks = 100, FewRuns = 1000;

    /// <summary>As both databases compare texts.</summary>
    private static readonly Comparer<byte[]> _byBytes = Comparer<byte[]>.Create((one, other) => one.AsSpan().SequenceCompareTo(other));

    public Page<RunWire> Page(ReadTransaction transaction)
    {
        var deleted = Which.DeletedExperiments(transaction);
        var few = Few(transaction, deleted);
        var rows = new List<(int Stretch, FoundRun Run)>();
        for (var stretch = After?.Stretch ?? 0; stretch < Order.Stretches.Count && rows.Count <= Limit; stretch++)
            rows.AddRange(Walk(transaction, deleted, few, Order.Stretches[stretch], After?.Stretch == stretch ? After : null, Limit + 1 - rows.Count).Select(run => (stretch, run)));

        var shown = rows.Take(Limit).ToList();
        return new(
            RunTable.ToWire(transaction, Which.Workspace, [.. shown.Select(row => row.Run)], Values),
            rows.Count > Limit ? new Place(shown[^1].Stretch, shown[^1].Run.StartedAt, shown[^1].Run.RunId, shown[^1].Run.Text ?? shown[^1].Run.Number?.ToString("R")).Write(Order) : null);
    }

    /// <summary>The runs of a status, with a part of a name or of a filter, when they are few: to walk along all values until these were met takes a look at every run.</summary>
    /// <returns>Null: they are many, so that a walk soon meets a page of them, or the walk is one along the runs themselves.</returns>
    private IReadOnlyList<string>? Few(ReadTransaction transaction, IReadOnlyList<long> deleted)
    {
        if (!Which.IsSome || Order.Stretches[0].ByValue is null) return null;
        var (conditions, parameters) = Which.Conditions(transaction, deleted);
        parameters["most"] = FewRuns + 1;
        var found = transaction.Query<string>($"SELECT r.run_id FROM runs r WHERE {string.Join(" AND ", conditions)} LIMIT @most", parameters);
        return found.Count > FewRuns ? null : found;
    }

    private IReadOnlyList<FoundRun> Walk(ReadTransaction transaction, IReadOnlyList<long> deleted, IReadOnlyList<string>? few, RunStretch stretch, Place? after, int rows)
    {
        if (few is { Count: 0 }) return [];
        if (few is null && stretch.ByValue is not null && Which.Experiment is null && Experiments(transaction) is { Count: > 1 and <= MostWalks } experiments)
            return Merged(experiments.SelectMany(experiment => (this with { Which = Which with { Experiment = experiment } }).Walk(transaction, deleted, few, stretch, after, rows)), stretch, rows);

        var (conditions, parameters) = Which.Conditions(transaction, deleted);
        conditions.Add(stretch.Condition);
        parameters["rows"] = rows;
        if (few is not null)
        {
            // Without the experiment of the values: SQLite then finds them by their runs, not by walking along all.
            conditions.Add($"{stretch.ByValue ?? "r"}.run_id {transaction.Among("few")}");
            parameters["few"] = transaction.Texts(few);
        }
        else if (Which.Experiment is not null && stretch.ByValue is not null)
        {
            conditions.Add($"{stretch.ByValue}.experiment_id = @experiment");
        }

        var (comparison, direction) = Order.Descending ? ('<', "DESC") : ('>', "ASC");
        if (after is not null)
        {
            var newer = $"({stretch.Newest}.started_at < @started OR ({stretch.Newest}.started_at = @started AND {stretch.Newest}.run_id > @run))";
            conditions.Add(stretch.Value is { } value ? $"{value} {comparison}= @value AND ({value} {comparison} @value OR {newer})" : $"{stretch.Newest}.started_at <= @started AND {newer}");
        }

        if (Order.Key is not null) parameters["key"] = Order.Key;
        if (after is not null)
        {
            parameters["started"] = after.StartedAt;
            parameters["run"] = after.RunId;
            if (stretch.Value is not null) parameters["value"] = stretch.IsText ? after.Value : after.Number;
        }

        return transaction.Query<FoundRun>(
            $"""
            SELECT {RunTable.Columns}{(stretch.Value is { } sorted ? $", {sorted} AS {(stretch.IsText ? "text" : "number")}" : "")} FROM {stretch.From}
            WHERE {string.Join(" AND ", conditions)}
            ORDER BY {(stretch.Value is { } by ? $"{by} {direction}, " : "")}{stretch.Newest}.started_at DESC, {stretch.Newest}.run_id LIMIT @rows
            """,
            parameters);
    }

    /// <summary>The indexes on values begin with the experiment, so runs of all are the best of each, merged; of very many a scan is no worse.</summary>
    private IReadOnlyList<long> Experiments(ReadTransaction transaction) => transaction.Query<long>(
        "SELECT experiment_id FROM experiments WHERE workspace_id = @workspace ORDER BY experiment_id LIMIT @most", new { workspace = Which.Workspace.Value, most = MostWalks + 1 });

    private IReadOnlyList<FoundRun> Merged(IEnumerable<FoundRun> runs, RunStretch stretch, int rows)
    {
        var byValue = (stretch.IsText, Order.Descending) switch
        {
            (false, false) => runs.OrderBy(run => run.Number ?? 0),
            (false, true) => runs.OrderByDescending(run => run.Number ?? 0),
            (true, false) => runs.OrderBy(run => Encoding.UTF8.GetBytes(run.Text ?? ""), _byBytes),
            (true, true) => runs.OrderByDescending(run => Encoding.UTF8.GetBytes(run.Text ?? ""), _byBytes),
        };
        return [.. byValue.ThenByDescending(run => run.StartedAt).ThenBy(run => run.RunId, StringComparer.Ordinal).Take(rows)];
    }

    /// <summary>The last run of a page: where the next one goes on.</summary>
    internal sealed record Place(int Stretch, long StartedAt, string RunId, string? Value)
    {
        public double Number => double.Parse(Value!, CultureInfo.InvariantCulture);

        public string Write(RunOrder order) => PageToken.Write(string.Join('\n', order.Text, Stretch, StartedAt, RunId, Value));

        public static Answer<Place> Read(string token, RunOrder order)
        {
            var key = PageToken.Read(token);
            if (key.Refusal is { } refusal) return refusal;

            var parts = key.Value.Split('\n', 5);
            return parts.Length == 5 && parts[0] == order.Text
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var stretch) && stretch < order.Stretches.Count
                && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var started)
                && (order.Stretches[stretch] is { Value: null } or { IsText: true } || double.TryParse(parts[4], CultureInfo.InvariantCulture, out _))
                ? new Place(stretch, started, parts[3], parts[4])
                : PageToken.OfAnotherList(token);
        }
    }

    private sealed record FoundRun : Run
    {
        public double? Number { get; init; }

        public string? Text { get; init; }
    }
}
