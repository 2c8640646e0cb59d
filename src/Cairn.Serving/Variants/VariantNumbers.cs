namespace Cairn.Serving.Variants;

/// <summary>What a version has done in its place of a deployment since it came to serve there. Safe for several threads: one short lock a request.</summary>
internal sealed class VariantNumbers
{
    private readonly Lock _gate = new();
    private readonly LatencyHistogram _latency = new();
    private long _requests, _rows, _errors, _positives, _dropped;
    private double _probabilities;

    /// <param name="rows">Answered; 0 when it had errors only.</param>
    /// <param name="errors">Rows it could not answer and the champion could.</param>
    /// <param name="positives">Rows at or above its threshold.</param>
    /// <param name="probabilities">Their sum.</param>
    /// <param name="micros">From the arrival of the request to its answer; for a shadow, of one row from its bytes to its score.</param>
    public void Add(int rows, int errors, int positives, double probabilities, long micros)
    {
        lock (_gate)
        {
            _errors += errors;
            if (rows == 0) return;
            _requests++;
            _rows += rows;
            _positives += positives;
            _probabilities += probabilities;
            _latency.Add(micros);
        }
    }

    /// <summary>Rows that a shadow did not score, or the champion not beside a canary, since there were too many.</summary>
    public void Drop(int rows)
    {
        lock (_gate) _dropped += rows;
    }

    /// <param name="before">What it was earlier: it is given back when nothing was done since.</param>
    public VariantCounts Read(VariantCounts? before = null)
    {
        lock (_gate)
        {
            return before is not null && before.Requests == _requests && before.Errors == _errors && before.Dropped == _dropped
                ? before
                : new(_requests, _rows, _errors, _positives, _probabilities, _dropped, _latency.Copy());
        }
    }
}

/// <summary>The numbers of a variant at one moment, or over a stretch of the log.</summary>
internal sealed record VariantCounts(long Requests, long Rows, long Errors, long Positives, double Probabilities, long Dropped, LatencyHistogram Latency)
{
    public static VariantCounts None { get; } = new(0, 0, 0, 0, 0, 0, new());

    public bool IsNone => Requests == 0 && Errors == 0 && Dropped == 0;

    public VariantCounts Plus(VariantCounts more) => new(
        Requests + more.Requests, Rows + more.Rows, Errors + more.Errors, Positives + more.Positives, Probabilities + more.Probabilities, Dropped + more.Dropped, Latency.Plus(more.Latency));

    /// <param name="before">What these were earlier.</param>
    public VariantCounts Since(VariantCounts before) => new(
        Requests - before.Requests, Rows - before.Rows, Errors - before.Errors, Positives - before.Positives, Probabilities - before.Probabilities, Dropped - before.Dropped,
        Latency.Since(before.Latency));
}
