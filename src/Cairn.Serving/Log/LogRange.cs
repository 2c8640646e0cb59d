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

    /// <summary>The same, and texts beside it that are compared with those of the log.</summary>
    public static Answer<LogRange> Of(long? from, long? to, params ReadOnlySpan<string?> texts)
    {
        foreach (var text in texts)
        {
            if (text?.Contains('\0', StringComparison.Ordinal) is true)
                return new Refusal.Invalid("prediction.filter-invalid", $"'{text.Replace("\0", "\\u0000", StringComparison.Ordinal)}' was asked for; it holds U+0000, which no database keeps.");
        }

        return Of(from, to);
    }

    private static long Ceiling(long micros) => (micros / 1000) + (micros % 1000 > 0 ? 1 : 0);
}
