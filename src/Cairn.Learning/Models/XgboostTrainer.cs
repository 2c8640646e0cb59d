using System.Globalization;

namespace Cairn.Learning.Models;

/// <summary>Gradient boosted trees: XGBoost's histogram method with a logistic loss.</summary>
internal sealed class XgboostTrainer : ITrainer
{
    private static readonly double[] Rounds = [50, 100, 150, 200, 300];

    public string Algorithm => "xgboost";

    public bool NeedsDenseFeatures => false;

    public double RelativeCost => 1;

    public IReadOnlyDictionary<string, double> Draw(int trial, int seed)
    {
        if (trial == 0) return Parameters(eta: 0.05, depth: 3, rounds: 150, subsample: 0.8, columns: 0.8, childWeight: 1, lambda: 1);

        var draw = new SeededDraw(seed, trial);
        return Parameters(
            eta: draw.LogUniform(0.02, 0.2), depth: draw.Whole(2, 6), rounds: Rounds[draw.Whole(0, Rounds.Length - 1)], subsample: draw.Uniform(0.6, 1),
            columns: draw.Uniform(0.4, 1), childWeight: draw.LogUniform(1, 20), lambda: draw.LogUniform(0.3, 20));
    }

    public FittedModel Fit(FeatureMatrix features, ReadOnlySpan<float> labels, IReadOnlyDictionary<string, double> parameters, int seed, int threads)
    {
        List<(string, string)> settings = [("objective", "binary:logistic"), ("base_score", "0.5"), ("tree_method", "hist")];
        foreach (var (name, value) in parameters)
            if (name != "rounds") settings.Add((name, value.ToString("R", CultureInfo.InvariantCulture)));

        using var booster = XgboostBooster.Train(features, labels, settings, (int)parameters["rounds"], seed, TrainingThreads.For(features, threads));
        return new TreeModel(Algorithm, booster.Save());
    }

    private static Dictionary<string, double> Parameters(double eta, double depth, double rounds, double subsample, double columns, double childWeight, double lambda) =>
        new(StringComparer.Ordinal)
        {
            ["eta"] = eta,
            ["max_depth"] = depth,
            ["rounds"] = rounds,
            ["subsample"] = subsample,
            ["colsample_bytree"] = columns,
            ["min_child_weight"] = childWeight,
            ["lambda"] = lambda,
        };
}
