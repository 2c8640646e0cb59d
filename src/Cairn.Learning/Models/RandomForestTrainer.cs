using System.Globalization;

namespace Cairn.Learning.Models;

/// <summary>
/// A random forest (Breiman 2001) grown by XGBoost in one round: squared loss without shrinkage or penalty makes each leaf the
/// share of positives among its rows, and the forest the mean over its trees, as in scikit-learn.
/// </summary>
/// <remarks>Rows are drawn without replacement at 0.632, the share of distinct rows in a bootstrap sample.</remarks>
internal sealed class RandomForestTrainer : ITrainer
{
    public string Algorithm => "random_forest";

    public bool NeedsDenseFeatures => false;

    public double RelativeCost => 5;

    public IReadOnlyDictionary<string, double> Draw(int trial, int seed)
    {
        if (trial == 0) return Parameters(trees: 200, depth: 12, leaf: 10, columns: 0);

        var draw = new SeededDraw(seed, trial);
        return Parameters(trees: draw.Whole(1, 3) * 100, depth: draw.Whole(6, 16), leaf: draw.Whole(2, 40), columns: draw.Whole(0, 2) == 0 ? 0 : draw.Uniform(0.15, 0.6));
    }

    public FittedModel Fit(FeatureMatrix features, ReadOnlySpan<float> labels, IReadOnlyDictionary<string, double> parameters, int seed, int threads)
    {
        string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

        var columns = parameters["max_features"] is > 0 and var share ? share : Math.Max(1, Math.Round(Math.Sqrt(features.Columns))) / features.Columns;
        List<(string, string)> settings =
        [
            ("objective", "reg:squarederror"), ("base_score", "0"), ("eta", "1"), ("lambda", "0"), ("subsample", "0.632"), ("tree_method", "hist"),
            ("num_parallel_tree", Text(parameters["trees"])), ("max_depth", Text(parameters["max_depth"])), ("min_child_weight", Text(parameters["min_leaf"])),
            ("colsample_bynode", Text(columns)),
        ];
        using var booster = XgboostBooster.Train(features, labels, settings, rounds: 1, seed, TrainingThreads.For(features, threads));
        return new TreeModel(Algorithm, booster.Save());
    }

    /// <param name="columns">Share of the features each split may choose from; 0: the square root of their number.</param>
    private static Dictionary<string, double> Parameters(double trees, double depth, double leaf, double columns) => new(StringComparer.Ordinal)
    {
        ["trees"] = trees,
        ["max_depth"] = depth,
        ["min_leaf"] = leaf,
        ["max_features"] = columns,
    };
}
