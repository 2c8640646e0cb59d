using Cairn.Data;

namespace Cairn.Learning.Preprocessing;

/// <summary>A column that a row has to carry: used as a feature, by a transform, or both.</summary>
/// <param name="SawMissing">Some training row had no value here.</param>
internal sealed record PipelineInput(string Name, ColumnType Type, bool SawMissing);

/// <param name="Reason">Why the column or transform is no feature, in words.</param>
internal sealed record DroppedColumn(string Name, string Reason);

internal enum FeatureKind
{
    /// <summary>One feature: the value.</summary>
    Number,

    /// <summary>One feature for each level; no level, no one.</summary>
    OneHot,

    /// <summary>One feature: the place of the level among the levels of the training rows, most frequent first; -1 for any other text.</summary>
    Ordinal,
}

/// <summary>Median, mean and deviation of the training rows, in the unit of the column.</summary>
internal sealed record Scaling(double Median, double Mean, double Deviation);

/// <summary>How one column or transform becomes features.</summary>
/// <param name="Levels">Of a category, in feature order.</param>
/// <param name="MissingFeature">The last feature says that the value is missing: only where training rows had that.</param>
/// <param name="Scaling">Set for linear models: impute the median, then standardise.</param>
internal sealed record FeatureStep(string Source, FeatureKind Kind, IReadOnlyList<string> Levels, bool MissingFeature, Scaling? Scaling)
{
    public int Width => (Kind == FeatureKind.OneHot ? Levels.Count : 1) + (MissingFeature ? 1 : 0);

    public IEnumerable<string> Names
    {
        get
        {
            if (Kind != FeatureKind.OneHot) yield return Source;
            else foreach (var level in Levels) yield return $"{Source}={level}";
            if (MissingFeature) yield return $"{Source} is missing";
        }
    }
}
