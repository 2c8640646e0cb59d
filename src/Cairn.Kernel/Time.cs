namespace Cairn.Kernel;

/// <summary>Stored times are int64 microseconds since 1970 in UTC.</summary>
public static class Time
{
    public static long Micros(this TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return ToMicros(clock.GetUtcNow());
    }

    public static long ToMicros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicros(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}
