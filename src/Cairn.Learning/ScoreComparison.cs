using System.Runtime.InteropServices;
using Cairn.Client.Wire;
using Cairn.Learning.Statistics;

namespace Cairn.Learning;

/// <summary>
/// Two models on the same rows, a row at a time: where they agree, and which is better where the truth is known. Comparisons of parts
/// add up to that of the whole. Memory is bounded: of rows with a truth at most <see cref="MostJudged"/> are kept, chosen by their keys.
/// </summary>
public sealed class ScoreComparison
{
    public const int MostJudged = 1_000_000;

    /// <value>Of the scores, from 0 to 1.</value>
    private const int Bins = 10_000;

    private readonly int _most;
    private readonly long[] _first = new long[Bins];
    private readonly long[] _second = new long[Bins];
    private readonly List<Judged> _judged = [];
    private long _both, _onlyFirst, _onlySecond, _neither, _withTruth;
    private double _sumFirst, _sumSecond, _sumDifference;
    private ulong _limit = ulong.MaxValue;

    public ScoreComparison()
        : this(MostJudged)
    {
    }

    internal ScoreComparison(int most) => _most = most;

    public long Rows => _both + _onlyFirst + _onlySecond + _neither;

    /// <param name="first">Probability, 0 to 1.</param>
    /// <param name="firstPositive">What the first decides.</param>
    /// <param name="truth">Null: not known.</param>
    /// <param name="key">Spread evenly over all values, the same for the same row.</param>
    public void Add(double first, bool firstPositive, double second, bool secondPositive, bool? truth, ulong key)
    {
        ref var count = ref firstPositive ? ref secondPositive ? ref _both : ref _onlyFirst : ref secondPositive ? ref _onlySecond : ref _neither;
        count++;
        _first[Bin(first)]++;
        _second[Bin(second)]++;
        _sumFirst += first;
        _sumSecond += second;
        _sumDifference += Math.Abs(first - second);
        if (truth is not { } positive) return;
        _withTruth++;
        Keep(new(key, first, second, positive, firstPositive, secondPositive));
    }

    public void Add(ScoreComparison more)
    {
        ArgumentNullException.ThrowIfNull(more);
        for (var bin = 0; bin < Bins; bin++) (_first[bin], _second[bin]) = (_first[bin] + more._first[bin], _second[bin] + more._second[bin]);
        (_both, _onlyFirst, _onlySecond, _neither) = (_both + more._both, _onlyFirst + more._onlyFirst, _onlySecond + more._onlySecond, _neither + more._neither);
        (_sumFirst, _sumSecond, _sumDifference, _withTruth) = (_sumFirst + more._sumFirst, _sumSecond + more._sumSecond, _sumDifference + more._sumDifference, _withTruth + more._withTruth);
        _limit = Math.Min(_limit, more._limit);
        foreach (var row in more._judged) Keep(row);
    }

    /// <param name="costs">Null: what errors cost is not known.</param>
    /// <returns>Null: there are no rows.</returns>
    public ScoreComparisonWire? ToWire(Costs? costs)
    {
        if (Rows == 0) return null;
        var (rows, agreed) = ((double)Rows, _both + _neither);
        var interval = Proportions.Wilson(agreed, rows);
        return new(
            Rows, new(_sumFirst / rows, (_both + _onlyFirst) / rows), new(_sumSecond / rows, (_both + _onlySecond) / rows), agreed / rows, interval.Low, interval.High, _onlyFirst, _onlySecond,
            _sumDifference / rows, PopulationStability.OfQuantiles(_first, _second), Outcomes(costs));
    }

    /// <summary>Everything, so that it can be added up later.</summary>
    public byte[] Save()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (var count in (long[])[_both, _onlyFirst, _onlySecond, _neither, _withTruth]) writer.Write(count);
        foreach (var sum in (double[])[_sumFirst, _sumSecond, _sumDifference]) writer.Write(sum);
        writer.Write(_limit);
        foreach (var count in _first) writer.Write7BitEncodedInt64(count);
        foreach (var count in _second) writer.Write7BitEncodedInt64(count);
        writer.Write(_judged.Count);
        writer.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_judged)));
        writer.Flush();
        return bytes.ToArray();
    }

    public static ScoreComparison Load(byte[] saved)
    {
        using var reader = new BinaryReader(new MemoryStream(saved, writable: false));
        var loaded = new ScoreComparison
        {
            _both = reader.ReadInt64(), _onlyFirst = reader.ReadInt64(), _onlySecond = reader.ReadInt64(), _neither = reader.ReadInt64(), _withTruth = reader.ReadInt64(),
            _sumFirst = reader.ReadDouble(), _sumSecond = reader.ReadDouble(), _sumDifference = reader.ReadDouble(), _limit = reader.ReadUInt64(),
        };
        for (var bin = 0; bin < Bins; bin++) loaded._first[bin] = reader.Read7BitEncodedInt64();
        for (var bin = 0; bin < Bins; bin++) loaded._second[bin] = reader.Read7BitEncodedInt64();
        var judged = new Judged[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(judged.AsSpan()));
        loaded._judged.AddRange(judged);
        return loaded;
    }

    private static int Bin(double score) => Math.Clamp((int)(score * Bins), 0, Bins - 1);

    /// <summary>When there are too many, half of the keys are let go: what is kept does not depend on the order of the rows.</summary>
    private void Keep(Judged row)
    {
        if (row.Key > _limit) return;
        _judged.Add(row);
        while (_judged.Count > _most)
        {
            _limit /= 2;
            _judged.RemoveAll(kept => kept.Key > _limit);
        }
    }

    private OutcomeComparisonWire? Outcomes(Costs? costs)
    {
        _judged.RemoveAll(row => row.Key > _limit);
        if (_judged.Count == 0) return null;
        _judged.Sort((a, b) => a.Key.CompareTo(b.Key)); // sums do not depend on the order in which rows came
        return new(_withTruth, _judged.Count, _judged.Count(row => row.Truth) / (double)_judged.Count, new JudgedRows(_judged).Metrics(costs));
    }

    internal readonly record struct Judged(ulong Key, double First, double Second, bool Truth, bool FirstPositive, bool SecondPositive);
}
