using System.Globalization;
using Cairn.Kernel;

namespace Cairn.Projects.Retrospect;

/// <summary>A piece of a period of the log: one task of a flow, so that a stopped run goes on with the next piece.</summary>
/// <param name="FromMs">Milliseconds, as inside the ids; included.</param>
/// <param name="ToMs">Not included.</param>
internal sealed record Stretch(long FromMs, long ToMs)
{
    private const int Most = 24;
    private const long Hour = 3_600_000;

    /// <value>Lengths that people think in: an hour to a year.</value>
    private static readonly long[] Lengths = [Hour, 3 * Hour, 6 * Hour, 12 * Hour, 24 * Hour, 7 * 24 * Hour, 30 * 24 * Hour, 365 * 24 * Hour];

    public string Name => Time.FromMicros(FromMs * 1000).UtcDateTime.ToString(FromMs % Hour == 0 ? "yyyy-MM-dd HH:mm" : "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Cuts a period at whole hours, days or more, into a number that can be looked at; the same period always the same.</summary>
    public static IReadOnlyList<Stretch> Of(long fromMs, long toMs)
    {
        var length = Lengths.FirstOrDefault(length => (toMs - fromMs) / length < Most - 1, Lengths[^1]);
        var stretches = new List<Stretch>();
        for (var from = fromMs; from < toMs;)
        {
            var to = Math.Min(toMs, (from / length + 1) * length);
            stretches.Add(new(from, to));
            from = to;
        }

        return stretches;
    }
}
