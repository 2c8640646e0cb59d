using System.Globalization;
using Cairn.Client.Wire;

namespace Cairn.Web.Models;

/// <summary>Who was champion on a day (UTC): the one of its beginning, and every move within it.</summary>
/// <param name="Asked">As the form sent it.</param>
/// <param name="Problem">What is wrong with it.</param>
/// <param name="Moves">Oldest first; the first may be of an earlier day.</param>
public sealed record ChampionDay(string Asked, string? Problem, DateOnly Day, IReadOnlyList<PromotionWire> Moves)
{
    /// <value>Microseconds UTC of the day's first moment.</value>
    public long Begins => Micros(Day);

    internal static bool TryRead(string text, out DateOnly day) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);

    internal static long EndOf(DateOnly day) => day == DateOnly.MaxValue ? Micros(day) : Micros(day.AddDays(1)) - 1;

    /// <param name="moves">Newest first, up to the end of the day.</param>
    internal static ChampionDay Of(string asked, DateOnly day, IReadOnlyList<PromotionWire> moves)
    {
        var within = moves.TakeWhile(move => move.Time >= Micros(day)).Count();
        return new(asked, null, day, [.. moves.Take(within + 1).Reverse()]);
    }

    private static long Micros(DateOnly day) => (day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
