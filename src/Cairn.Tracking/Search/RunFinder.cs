using Cairn.Storage;

namespace Cairn.Tracking.Search;

/// <summary>
/// Finds a page of runs by what costs less: to walk in the asked order and keep those that the filter lets pass, which is quick when it lets many
/// pass, or to take the runs of its rarest condition and sort them, which is quick when they are few. Neither is known beforehand: the two take
/// turns, each with four times the effort of its turn before, so that all costs little more than the better of the two.
/// </summary>
/// <param name="sql">With the parameters of scope and conditions.</param>
internal sealed class RunFinder(ReadTransaction transaction, ClauseSql sql, RunScope scope, IReadOnlyList<RunCondition> conditions)
{
    private const int EffortForScans = 16_000, EffortForStarts = 4000, MostWalks = 1000, MostCheckedAtOnce = 2000, MostByGroups = 20_000, MostNamed = 1000;

    private readonly Lazy<IReadOnlyList<long>> _experiments = new(() => scope.Experiments ?? transaction.Query<long>(
        $"SELECT experiment_id FROM experiments WHERE workspace_id = @workspace ORDER BY experiment_id LIMIT {MostWalks + 1}", sql.Parameters));

    private string? _ofExperiments;

    /// <value>What is asked of the row of a run alone, some of it of rows that lie anywhere: the index of starts tells it of each run it comes by, so it is gone through once, and no run is looked at for it.</value>
    private readonly IReadOnlyList<FoundBy> _toldByStart = conditions.Any(condition => condition.Found is { IsToldByStart: true, IsRange: false }) ? [.. conditions.Select(condition => condition.Found).OfType<FoundBy>().Where(by => by.IsToldByStart)] : [];

    /// <value>How many rows the first turn looks at.</value>
    public int FirstEffort { get; init; } = 1000;

    /// <summary>The first runs after a place, at most so many.</summary>
    public IReadOnlyList<RunPlace> Find(RunOrder order, RunPlace? after, int wanted)
    {
        sql.Parameters["key"] = order.Key;
        if (_experiments.Value.Count == 0) return [];
        if (!order.IsWalked || (_experiments.Value.Count > MostWalks && !order.IsByStart)) return Sorted(order, after, wanted, Rarest(EffortForScans, out _));

        var found = new List<RunPlace>();
        var (stretch, walk) = (after?.Stretch ?? 0, (RunWalk?)null);
        for (var effort = FirstEffort; ; effort = Math.Min(effort, 1 << 28) * 4)
        {
            // By the start, more of them cost no more than a walk does; and the walk is tried first.
            var few = order.IsByStart && (effort > FirstEffort || _toldByStart.Count > 0) ? (int)Math.Min(effort * 8L, int.MaxValue - 1) : effort;
            // Runs that are named are looked up by their ids: an index that has their start too would be gone through for them.
            if (Rarest(few, out var none, effort) is { } rare) return order.IsByStart && !rare.OfAnyExperiment ? ByStart(order.Descending, after, wanted, rare) : Sorted(order, after, wanted, rare);
            if (none) return [];
            for (var walked = 0; walked < effort;)
            {
                walk ??= Walk(order, stretch, after?.Stretch == stretch ? after : null, wanted);
                var count = Math.Min(MostCheckedAtOnce, conditions.Count == 0 ? wanted - found.Count : Math.Max(2 * wanted, walked));
                var candidates = walk.Take(count);
                found.AddRange(Checked(candidates, order.Stretches[stretch].Check));
                walked += candidates.Count;
                if (found.Count >= wanted) return found[..wanted];
                if (candidates.Count == count) continue;
                if (++stretch == order.Stretches.Count) return found;
                walk = null;
            }
        }
    }

    /// <summary>
    /// By several keys: the first finds the runs, and those that are equal in it are sorted by the others. When more are equal in the last place than
    /// are asked for, these are a search of their own, by the keys that are left: however many they are, they are not sorted as a whole.
    /// </summary>
    /// <param name="joins">To <c>runs r</c>.</param>
    /// <param name="columns">What all keys sort by.</param>
    public IReadOnlyList<string> FindSorted(IReadOnlyList<RunOrder> keys, string joins, string columns, int skip, int wanted)
    {
        var most = skip + wanted;
        if (keys.Count == 1) return [.. Find(keys[0], null, most).Skip(skip).Select(run => run.RunId)];
        var rare = Rarest(FirstEffort, out var none);
        if (none) return [];
        if (rare is not null || most > MostByGroups) return Sort(All(rare));

        var found = Find(keys[0], null, most + 1).ToList(); // one more, which tells whether the last ones are all that are equal
        var whole = found.Count <= most ? found.Count : found.FindIndex(run => run.Stretch == found[^1].Stretch && run.IsEqualIn(found[^1]));
        var ids = found.Take(whole).Select(run => run.RunId).ToList();
        if (found.Take(whole).Zip(found.Skip(1).Take(whole - 1)).Any(pair => pair.First.Stretch == pair.Second.Stretch && pair.First.IsEqualIn(pair.Second)))
        {
            sql.Parameters["candidates"] = transaction.Texts(ids);
            ids = [.. Sort((Candidates(), "1 = 1"), 0, whole)];
        }

        if (whole < most && found.Count > most)
            ids.AddRange(new RunFinder(transaction, sql, scope, [.. conditions, RunFilter.EqualIn(keys[0], found[^1], sql)]) { FirstEffort = FirstEffort }.FindSorted([.. keys.Skip(1)], joins, columns, 0, most - whole));
        return [.. ids.Skip(skip)];

        IReadOnlyList<string> Sort((string From, string Where) of, int? from = null, int? count = null) =>
            transaction.Query<string>($"SELECT r.run_id FROM {of.From} {joins} WHERE {of.Where} ORDER BY {columns} {sql.Page((count ?? wanted) - 1, from ?? skip)}", sql.Parameters);
    }

    /// <param name="most">Where counting stops; null: at the end.</param>
    public long Count(long? most)
    {
        var (from, where) = All(Rarest(most is null ? int.MaxValue : EffortForScans, out var none));
        if (none) return 0;
        if (most is null) return transaction.Scalar<long>($"SELECT COUNT(*) FROM {from} WHERE {where}", sql.Parameters);
        sql.Parameters["most"] = most;
        return transaction.Scalar<long>($"SELECT COUNT(*) FROM (SELECT 1 AS one FROM {from} WHERE {where} LIMIT @most) AS counted", sql.Parameters);
    }

    /// <summary>All of them, as FROM and WHERE of a statement on <c>runs r</c> with these parameters.</summary>
    public (string From, string Where, Dictionary<string, object?> Parameters) Statement()
    {
        var (from, where) = All(Rarest(EffortForScans, out var none));
        return (from, none ? $"{where} AND 1 = 0" : where, sql.Parameters);
    }

    /// <summary>The runs that a condition is true of, with what else is asked of them, as FROM and WHERE of a statement on <c>runs r</c>.</summary>
    /// <param name="by">Null: a look at each run of the scope.</param>
    public (string From, string Where) All(FoundBy? by)
    {
        var where = string.Join(" AND ", ["r.workspace_id = @workspace", scope.Sql, .. conditions.Where(condition => by is null || condition.Found != by).Select(condition => condition.Sql)]);
        return by is null ? ("runs r", where) : ($"{by.Table} f {transaction.LookedUp("runs", "r", "r.workspace_id = f.workspace_id AND r.run_id = f.run_id")}", $"{Rows(by)} AND {where}");
    }

    /// <summary>The condition that is true of the fewest runs, when these are few.</summary>
    /// <param name="none">There is one that is true of no run.</param>
    /// <param name="effort">That decides whether to look through rows that lie anywhere too; null: no more than these few are.</param>
    public FoundBy? Rarest(int few, out bool none, int? effort = null)
    {
        var most = effort ?? few;
        (FoundBy? rarest, var least, none) = (null, (long)few + 1, false);
        for (var at = 0; at < conditions.Count; at++)
        {
            if (conditions[at].Found is not { } by || (!by.IsRange && most < (by.IsToldByStart ? EffortForStarts : EffortForScans))) continue;
            long count;
            if (!by.IsRange && Named(by, $"named{at}", Math.Min(least, MostNamed)) is { } named) (by, count) = named;
            else if (!by.IsRange && most < EffortForScans) continue;
            else
            {
                sql.Parameters["most"] = least;
                count = transaction.Scalar<long>($"SELECT COUNT(*) FROM (SELECT 1 AS one FROM {by.Table} f WHERE {Rows(by)} LIMIT @most) AS counted", sql.Parameters);
            }

            if (count < least) (rarest, least, none) = (by, count, none || count == 0);
            if (none) return null;
        }

        return rarest;
    }

    /// <summary>The runs themselves and their number, when they are few: rows that lie anywhere are looked through once, not to count them and then to find them.</summary>
    private (FoundBy By, long Count)? Named(FoundBy by, string parameter, long most)
    {
        sql.Parameters["most"] = most + 1;
        var runs = transaction.Query<string>($"SELECT f.run_id FROM {by.Table} f WHERE {Rows(by)} LIMIT @most", sql.Parameters);
        if (runs.Count > most) return null;
        sql.Parameters[parameter] = transaction.Texts([.. runs]);
        return (new("runs", by.Of, $"f.run_id {transaction.Among(parameter)}", IsRange: true, OfAnyExperiment: true), runs.Count);
    }

    private string Rows(FoundBy by)
    {
        // More than can be walked may not be all that there are.
        var anywhere = by.OfAnyExperiment || (scope.Experiments is null && _experiments.Value.Count > MostWalks);
        return $"f.workspace_id = @workspace AND {(anywhere ? "" : $"{_ofExperiments ??= sql.Among("f.experiment_id", _experiments.Value)} AND ")}{by.Where}";
    }

    private RunWalk Walk(RunOrder order, int number, RunPlace? after, int wanted)
    {
        var stretch = order.Stretches[number];
        var ofAll = (order.Entity, order.Key) == ("attribute", "run_id");
        if (order.IsByStart || stretch is { Value: null, Table: "runs" })
        {
            // Of one value the newest first is an order that its index has.
            if (_toldByStart.Count == 0 && _experiments.Value.Count <= MostWalks && conditions.FirstOrDefault(condition => condition.Found is { IsOneValue: true })?.Found is { } one)
                stretch = stretch with { Table = one.Table, Where = one.Where };
            else ofAll = scope.Experiments is null || _experiments.Value.Count > MostWalks;
        }

        var bounds = order.IsByStart && _toldByStart.Count > 0 ? _toldByStart.Select(told => told.Where)
            : conditions.Where(condition => stretch.Value is not null && condition.Found is { } found && found.Of == (order.Entity, order.Key)).Select(condition => condition.Found!.OfValue ?? condition.Found.Where);
        var bound = string.Concat(bounds.Select(one => $" AND {one}"));
        IEnumerable<long?> experiments = ofAll ? [null] : _experiments.Value.Select(id => (long?)id);
        return new([.. experiments.Select(experiment => new RunCursor(transaction, sql.Parameters, stretch, bound, order.Descending, experiment, after))], number, order.Descending, wanted);
    }

    /// <summary>Those of the runs that the search is for, in their order.</summary>
    private IEnumerable<RunPlace> Checked(IReadOnlyList<RunPlace> candidates, string check)
    {
        if (candidates.Count == 0) return [];
        sql.Parameters["candidates"] = transaction.Texts([.. candidates.Select(run => run.RunId)]);
        var passed = transaction.Query<string>($"SELECT r.run_id FROM {Candidates()} WHERE {All(null).Where} AND {check}", sql.Parameters).ToHashSet(StringComparer.Ordinal);
        return candidates.Where(run => passed.Contains(run.RunId));
    }

    /// <summary>All rows that tell of a condition tell the start as well: they are sorted as they are, and only the first are looked at as runs.</summary>
    private List<RunPlace> ByStart(bool descending, RunPlace? after, int wanted, FoundBy by)
    {
        var (found, direction, beyond) = (new List<RunPlace>(), descending ? "DESC" : "ASC", descending ? '<' : '>');
        var told = by.Table == "runs" ? string.Concat(_toldByStart.Where(other => other != by).Select(other => $" AND {other.Where}")) : "";
        for (var count = 2 * wanted; ; count *= 4)
        {
            if (after is not null) (sql.Parameters["started"], sql.Parameters["run"]) = (after.StartedAt, after.RunId);
            sql.Parameters["rows"] = count;
            var rows = transaction.Query<RunPlace>(
                $"""
                SELECT f.run_id, f.started_at, f.started_at AS number FROM {by.Table} f
                WHERE {Rows(by)}{told}{(after is null ? "" : $" AND (f.started_at {beyond} @started OR (f.started_at = @started AND f.run_id > @run))")}
                ORDER BY f.started_at {direction}, f.run_id LIMIT @rows
                """,
                sql.Parameters);
            found.AddRange(Checked(rows, "1 = 1"));
            if (found.Count >= wanted) return found[..wanted];
            if (rows.Count < count) return found;
            after = rows[^1];
        }
    }

    private string Candidates() => $"{transaction.Given("candidates")} {transaction.LookedUp("runs", "r", "r.workspace_id = @workspace AND r.run_id = given.value")}";

    private IReadOnlyList<RunPlace> Sorted(RunOrder order, RunPlace? after, int wanted, FoundBy? by)
    {
        var (join, stretch, value) = order.Entity switch
        {
            "metric" => (Join("run_latest_metrics"), "CASE WHEN o.run_id IS NULL THEN 2 WHEN o.is_nan = 1 THEN 1 ELSE 0 END", "CASE WHEN o.is_nan = 0 THEN o.value END"),
            "parameter" => (Join("run_params"), "CASE WHEN o.run_id IS NULL THEN 1 ELSE 0 END", "substr(o.value, 1, 250)"),
            "tag" => (Join("run_tags"), "CASE WHEN o.run_id IS NULL THEN 1 ELSE 0 END", "substr(o.value, 1, 250)"),
            _ when order.Key == "ended_at" => ("", "CASE WHEN r.ended_at IS NULL THEN 1 ELSE 0 END", "r.ended_at"),
            _ => ("", "0", order.Key == "artifact_uri" ? RunFilter.ArtifactUri : $"r.{order.Key}"),
        };
        var (from, where) = All(by);
        var (comparison, direction) = order.Descending ? ('<', "DESC") : ('>', "ASC");
        var isText = order.Stretches[0].IsText;
        if (after is not null)
        {
            var newer = "(r.started_at < @started OR (r.started_at = @started AND r.run_id > @run))";
            (sql.Parameters["stretch"], sql.Parameters["started"], sql.Parameters["run"], sql.Parameters["value"]) = (after.Stretch, after.StartedAt, after.RunId, isText ? after.Text : (object?)after.Number);
            var beyond = order.Stretches[after.Stretch].Value is null ? newer : $"({value} {comparison} @value OR ({value} = @value AND {newer}))";
            where += $" AND ({stretch} > @stretch OR ({stretch} = @stretch AND {beyond}))";
        }

        sql.Parameters["rows"] = wanted;
        return transaction.Query<RunPlace>(
            $"""
            SELECT r.run_id, r.started_at, {stretch} AS stretch, {value} AS {(isText ? "text" : "number")} FROM {from} {join} WHERE {where}
            ORDER BY stretch, {value} {direction}, r.started_at DESC, r.run_id LIMIT @rows
            """,
            sql.Parameters);
    }

    private static string Join(string table) => $"LEFT JOIN {table} o ON o.workspace_id = r.workspace_id AND o.run_id = r.run_id AND o.key = @key";
}
