namespace Cairn.Tracking.Search;

/// <summary>Runs one after the other in their order, whatever a filter says of them: those of several experiments are the first of each, merged.</summary>
internal sealed class RunWalk
{
    private readonly PriorityQueue<RunCursor, RunPlace> _cursors;
    private readonly int _stretch, _atFirst;

    /// <param name="stretch">Its number in the order.</param>
    /// <param name="wanted">How many are wanted, as far as is known.</param>
    public RunWalk(IReadOnlyList<RunCursor> cursors, int stretch, bool descending, int wanted)
    {
        (_stretch, _atFirst) = (stretch, cursors.Count == 1 ? wanted : Math.Max(8, 2 * wanted / cursors.Count));
        _cursors = new(RunPlace.In(descending));
        foreach (var cursor in cursors) Advance(cursor);
    }

    /// <returns>Fewer than asked: it is at the end.</returns>
    public IReadOnlyList<RunPlace> Take(int count)
    {
        var taken = new List<RunPlace>(count);
        while (taken.Count < count && _cursors.TryDequeue(out var cursor, out var place))
        {
            taken.Add(place with { Stretch = _stretch });
            Advance(cursor);
        }

        return taken;
    }

    private void Advance(RunCursor cursor)
    {
        if (cursor.Next(_atFirst) is { } place) _cursors.Enqueue(cursor, place);
    }
}
