namespace Cairn.Tracking.Registry;

/// <summary>What the moves of a champion say about going back.</summary>
internal static class ChampionHistory
{
    /// <summary>
    /// The champions before the current one, latest first, without those that were rolled back from: a rollback undoes moves, so
    /// after 1, 2, rollback, 3 the one before 3 is 1.
    /// </summary>
    public static IEnumerable<long> BeforeTheCurrent(IReadOnlyList<Promotion> moves)
    {
        var champions = new Stack<long?>();
        foreach (var move in moves)
        {
            if (move.Kind == "rollback")
            {
                // What it goes back over is undone; versions that were deleted meanwhile were skipped and go with it.
                if (champions.Count > 0) champions.Pop();
                while (champions.Count > 0 && champions.Peek() != move.Version) champions.Pop();
            }
            else
            {
                champions.Push(move.Version); // null: the alias was removed
            }
        }

        return champions.Skip(1).OfType<long>();
    }
}
