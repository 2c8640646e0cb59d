namespace Cairn.Access;

/// <summary>How much one caller may ask for over TCP. What comes over the socket of the home is the owner's: it has limits of time only.</summary>
public sealed record LimitOptions
{
    /// <value>Null: as many requests as the machine can take.</value>
    public RequestRate? Requests { get; init; }

    /// <value>Rows that predictions may answer in a day of UTC; null: any number.</value>
    public long? RowsPerDay { get; init; }

    /// <value>Until the answer to a read, or to a question sent by POST, has to begin.</value>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromMinutes(5);
}

/// <param name="PerSecond">In the long run.</param>
/// <param name="Burst">At once, after a pause: at least 1.</param>
public sealed record RequestRate(double PerSecond, int Burst);
