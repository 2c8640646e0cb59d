using System.Numerics;

namespace Cairn.Serving.Variants;

/// <summary>How often an answer took how long, in microseconds: exact below 32, then 32 steps for each power of two, so within 3.2 percent.</summary>
/// <remarks>The layout of HdrHistogram (Tene). Not safe for several threads.</remarks>
internal sealed class LatencyHistogram
{
    private const int StepBits = 5, Steps = 1 << StepBits;
    private readonly long[] _counts;

    public LatencyHistogram() => _counts = new long[Place(int.MaxValue) + 1];

    private LatencyHistogram(long[] counts) => _counts = counts;

    public long Count { get; private set; }

    public void Add(long micros)
    {
        _counts[Place((int)Math.Clamp(micros, 0, int.MaxValue))]++;
        Count++;
    }

    /// <summary>The time that so great a share of answers did not exceed: the upper end of its step. Null when there are none.</summary>
    public long? Quantile(double share)
    {
        if (Count == 0) return null;
        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        var place = 0;
        for (var below = _counts[0]; below < rank; below += _counts[place]) place++;
        return Highest(place);
    }

    /// <summary>How many took longer; those in the step of the limit itself do not count.</summary>
    public long CountAbove(long micros)
    {
        var above = 0L;
        for (var place = Place((int)Math.Clamp(micros, 0, int.MaxValue)) + 1; place < _counts.Length; place++) above += _counts[place];
        return above;
    }

    public LatencyHistogram Copy() => new([.. _counts]) { Count = Count };

    public LatencyHistogram Plus(LatencyHistogram more) => With(more, 1);

    /// <param name="before">What this one was earlier.</param>
    public LatencyHistogram Since(LatencyHistogram before) => With(before, -1);

    /// <summary>Places that are not empty, with their counts.</summary>
    public long[][] Write() => [.. _counts.Index().Where(place => place.Item != 0).Select(place => new[] { place.Index, place.Item })];

    public static LatencyHistogram Read(long[][] places)
    {
        var read = new LatencyHistogram();
        foreach (var place in places) (read._counts[place[0]], read.Count) = (place[1], read.Count + place[1]);
        return read;
    }

    private LatencyHistogram With(LatencyHistogram other, int times)
    {
        var counts = new long[_counts.Length];
        for (var place = 0; place < counts.Length; place++) counts[place] = _counts[place] + (times * other._counts[place]);
        return new(counts) { Count = Count + (times * other.Count) };
    }

    private static int Place(int micros)
    {
        if (micros < Steps) return micros;
        var shift = BitOperations.Log2((uint)micros) - StepBits;
        return (shift * Steps) + (micros >> shift);
    }

    private static long Highest(int place)
    {
        if (place < 2 * Steps) return place;
        var shift = (place / Steps) - 1;
        return ((long)(place - (shift * Steps) + 1) << shift) - 1;
    }
}
