using Cairn.Storage;

namespace Cairn.Tracking.Search;

/// <summary>Walks along one stretch of an order, in one experiment or in all: the first runs cost a look at themselves only.</summary>
/// <param name="parameters">Those of the whole search; this adds its own.</param>
/// <param name="bounds">What a filter asks of the value that is walked along, each after AND.</param>
/// <param name="experiment">Null: all, along an index that does not begin with it.</param>
internal sealed class RunCursor(ReadTransaction transaction, Dictionary<string, object?> parameters, RunStretch stretch, string bounds, bool descending, long? experiment, RunPlace? after)
{
    private const int MostAtOnce = 2000;

    private readonly Queue<RunPlace> _rows = new();
    private RunPlace? _last = after;
    private int _atOnce;
    private bool _ended;

    /// <param name="atFirst">How many are wanted, as far as is known; each time it reads twice as many.</param>
    public RunPlace? Next(int atFirst)
    {
        if (_rows.Count == 0 && !_ended)
        {
            _atOnce = Math.Clamp(_atOnce == 0 ? atFirst : _atOnce * 2, 1, MostAtOnce);
            var rows = Read(_atOnce);
            foreach (var row in rows) _rows.Enqueue(row);
            _ended = rows.Count < _atOnce;
            if (rows.Count > 0) _last = rows[^1];
        }

        return _rows.TryDequeue(out var next) ? next : null;
    }

    private List<RunPlace> Read(int rows)
    {
        if (stretch.Value is null) return Equal(_last, rows);
        var found = _last is { } last ? Equal(last, rows) : [];
        if (found.Count < rows) found.AddRange(Beyond(_last, rows - found.Count));
        return found;
    }

    /// <summary>With another value than that of the place before.</summary>
    private List<RunPlace> Beyond(RunPlace? before, int rows)
    {
        var past = before is null ? bounds : $"{bounds} AND {stretch.Value} {(descending ? '<' : '>')} @value";
        var newest = stretch.IsByStart ? "" : "f.started_at DESC, ";
        if (descending == stretch.Falls) return Select(past, $"{stretch.Value} {(descending ? "DESC" : "ASC")}, {newest}f.run_id", before, rows);

        // Against the index, where equal values come the oldest first: of the last value, which may go on, the newest are read anew.
        var found = Select(past, $"{stretch.Value} {(descending ? "DESC" : "ASC")}, {(stretch.IsByStart ? "" : "f.started_at, ")}f.run_id DESC", before, rows);
        if (found.Count == 0) return found;
        var sorted = found.TakeWhile(row => !row.IsEqualIn(found[^1])).ToList();
        for (var first = 0; first < sorted.Count;)
        {
            var count = sorted.Skip(first).TakeWhile(row => row.IsEqualIn(sorted[first])).Count();
            sorted.Sort(first, count, Comparer<RunPlace>.Create(RunPlace.AmongEquals));
            first += count;
        }

        sorted.AddRange(Equal(found[^1] with { StartedAt = long.MaxValue, RunId = "" }, rows - sorted.Count));
        return sorted;
    }

    /// <summary>With the same value, and after the place.</summary>
    private List<RunPlace> Equal(RunPlace? place, int rows) => stretch.IsByStart ? Select(" AND f.started_at = @value AND f.run_id > @run", "f.run_id", place, rows) : Select(
        place is null ? "" : $"{(stretch.Value is { } value ? $" AND {value} = @value" : "")} AND f.started_at <= @started AND (f.started_at < @started OR f.run_id > @run)",
        "f.started_at DESC, f.run_id", place, rows);

    private List<RunPlace> Select(string past, string order, RunPlace? place, int rows)
    {
        parameters["rows"] = rows;
        if (experiment is not null) parameters["walked"] = experiment;
        if (place is not null) (parameters["value"], parameters["started"], parameters["run"]) = (stretch.IsText ? place.Text : Value(place), place.StartedAt, place.RunId);
        var value = stretch.Value is null ? "" : $", {stretch.Value} AS {(stretch.IsText ? "text" : "number")}";
        return [.. transaction.Query<RunPlace>(
            $"""
            SELECT f.run_id, f.started_at{value} FROM {stretch.Table} f
            WHERE f.workspace_id = @workspace{(experiment is null ? "" : " AND f.experiment_id = @walked")} AND {stretch.Where}{past}
            ORDER BY {order} LIMIT @rows
            """,
            parameters)];
    }

    // A whole number as such: PostgreSQL would else compare the column as a floating one, and not by its index.
    private object? Value(RunPlace place) => stretch.Value is "f.started_at" or "f.ended_at" && place.Number is { } number ? (object)(long)number : place.Number;
}
