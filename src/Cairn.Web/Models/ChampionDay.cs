using Cairn.Client.Wire;
using Cairn.Web.Routing;

namespace Cairn.Web.Models;

/// <summary>Who was champion on a day (UTC): the one of its beginning, and every move within it.</summary>
/// <param name="Asked">As the form sent it.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="Moves">Oldest first; the first may be of an earlier day.</param>
/// <param name="Cut">True: it had more moves than these, which are the last of it.</param>
public sealed record ChampionDay(string Asked, string? Problem, DateOnly Day, IReadOnlyList<PromotionWire> Moves, bool Cut = false)
{
    /// <value>Microseconds UTC of the day's first moment.</value>
    public long Begins => UtcDay.Begins(Day);

    internal static long EndOf(DateOnly day) => day == DateOnly.MaxValue ? UtcDay.Begins(day) : UtcDay.Begins(day.AddDays(1)) - 1;

    /// <param name="moves">Newest first, up to the end of the day.</param>
    internal static ChampionDay Of(string asked, DateOnly day, Page<PromotionWire> moves)
    {
        var within = moves.Items.TakeWhile(move => move.Time >= UtcDay.Begins(day)).Count();
        return new(asked, null, day, [.. moves.Items.Take(within + 1).Reverse()], Cut: within == moves.Items.Count && moves.NextPageToken is not null);
    }

    /// <summary>Whether the day is not here yet: then nobody was champion on it.</summary>
    internal bool IsToCome(TimeProvider clock) => Day > DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
}
