namespace Cairn.Server.Hosting;

/// <summary>So many lines a second for each status: a flood of answers must not become a flood of log lines.</summary>
internal sealed class LineBudget(TimeProvider clock)
{
    public const int LinesPerSecond = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, (long Second, int Lines)> _taken = [];

    /// <param name="leftOut">Lines of this status that were not written before this one.</param>
    public bool Take(int status, out int leftOut)
    {
        var second = clock.GetTimestamp() / clock.TimestampFrequency;
        lock (_gate)
        {
            var (last, lines) = _taken.GetValueOrDefault(status);
            leftOut = last == second ? 0 : Math.Max(0, lines - LinesPerSecond);
            lines = last == second ? lines + 1 : 1;
            _taken[status] = (second, lines);
            return lines <= LinesPerSecond;
        }
    }
}
