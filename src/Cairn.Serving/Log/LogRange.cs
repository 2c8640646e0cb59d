using Cairn.Kernel;

namespace Cairn.Serving.Log;

/// <summary>A stretch of time of the log in milliseconds, the resolution of ids.</summary>
/// <param name="ToMs">Not included.</param>
internal readonly record struct LogRange(long FromMs, long ToMs)
{
    /// <summary>From and to of a request, in microseconds; null: without end.</summary>
    public static Answer<LogRange> Of(long? from, long? to)
    {
        if (from < 0 || to < 0) return new Refusal.Invalid("prediction.range-invalid", $"from={from}, to={to} was asked; they are microseconds since 1970 in UTC.");
        if (from >= to) return new Refusal.Invalid("prediction.range-invalid", $"from={from} is not before to={to}. Both are microseconds since 1970 in UTC; from is included, to is not.");
        return new LogRange(Ceiling(from ?? 0), to is { } end ? Ceiling(end) : long.MaxValue);
    }

    private static long Ceiling(long micros) => (micros / 1000) + (micros % 1000 > 0 ? 1 : 0);
}
