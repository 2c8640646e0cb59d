namespace Cairn.Learning.Preprocessing;

/// <summary>One step, bound to its slot and its place in the feature vector.</summary>
/// <remarks>All arithmetic is IEEE double in a fixed order; <see cref="Round"/> is the only place where a float comes to be.</remarks>
internal sealed class FeatureEncoder
{
    private readonly FeatureKind _kind;
    private readonly int _slot;
    private readonly int _offset;
    private readonly int _levels;
    private readonly bool _missingFeature;
    private readonly bool _scaled;
    private readonly double _median;
    private readonly double _mean;
    private readonly double _deviation;
    private readonly int[] _placeOf;

    public FeatureEncoder(FeatureStep step, int slot, int offset, TextTable texts)
    {
        (_kind, _slot, _offset, _levels, _missingFeature) = (step.Kind, slot, offset, step.Levels.Count, step.MissingFeature);
        if (step.Scaling is { } scaling) (_scaled, _median, _mean, _deviation) = (true, scaling.Median, scaling.Mean, scaling.Deviation);

        _placeOf = step.Levels.Count == 0 ? [] : new int[texts.Texts.Count];
        Array.Fill(_placeOf, -1);
        for (var place = 0; place < step.Levels.Count; place++) _placeOf[texts.Find(step.Levels[place])] = place;
    }

    public int Slot => _slot;

    public void Encode(ReadOnlySpan<double> slots, Span<float> vector) => Encode(slots[_slot], vector);

    /// <summary>The same for the column of the slot, into vectors that stand one behind the other.</summary>
    public void Encode(ReadOnlySpan<double> column, Span<float> vectors, int width)
    {
        if (_kind == FeatureKind.Number && !_scaled && !_missingFeature)
        {
            for (int row = 0, at = _offset; row < column.Length; row++, at += width) vectors[at] = double.IsFinite(column[row]) ? Round(column[row]) : float.NaN;
            return;
        }

        for (var row = 0; row < column.Length; row++) Encode(column[row], vectors.Slice(row * width, width));
    }

    private void Encode(double value, Span<float> vector)
    {
        if (_kind == FeatureKind.OneHot)
        {
            vector.Slice(_offset, _levels).Clear();
            if (Place(value) is >= 0 and var place) vector[_offset + place] = 1;
            if (_missingFeature) vector[_offset + _levels] = double.IsNaN(value) ? 1 : 0;
            return;
        }

        if (_kind == FeatureKind.Ordinal && !double.IsNaN(value)) value = Place(value);
        var missing = !double.IsFinite(value);
        vector[_offset] = _scaled ? Round(((missing ? _median : value) - _mean) / _deviation) : missing ? float.NaN : Round(value);
        if (_missingFeature) vector[_offset + 1] = missing ? 1 : 0;
    }

    /// <summary>The nearest float; what is too large for one is the largest, so that order is kept.</summary>
    private static float Round(double value) => Math.Clamp((float)value, float.MinValue, float.MaxValue);

    private int Place(double code) => code >= 0 && code < _placeOf.Length ? _placeOf[(int)code] : -1;
}
