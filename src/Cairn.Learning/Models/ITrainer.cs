namespace Cairn.Learning.Models;

/// <summary>One algorithm. Deterministic: same features, labels, params and seed give the same model bits, whatever the number of threads.</summary>
internal interface ITrainer
{
    /// <value>The name in cairn.yaml.</value>
    string Algorithm { get; }

    /// <summary>True: the pipeline imputes and standardises (linear models). False: missing stays NaN (trees).</summary>
    bool NeedsDenseFeatures { get; }

    /// <summary>What tuning tries: the first trial is a sound default, the rest are drawn with the seed.</summary>
    IReadOnlyDictionary<string, double> Draw(int trial, int seed);

    /// <summary>About how long one fit takes compared with the others, to share the tuning budget: 1 = xgboost.</summary>
    double RelativeCost { get; }

    FittedModel Fit(FeatureMatrix features, ReadOnlySpan<float> labels, IReadOnlyDictionary<string, double> parameters, int seed, int threads);
}

/// <summary>Row-major float32: what models see.</summary>
internal sealed record FeatureMatrix(int Rows, int Columns, float[] Values)
{
    public ReadOnlySpan<float> Row(int row) => Values.AsSpan(row * Columns, Columns);
}
