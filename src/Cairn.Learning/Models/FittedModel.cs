namespace Cairn.Learning.Models;

/// <summary>A trained model as data: scores with our own evaluator, never with the library that trained it.</summary>
internal abstract class FittedModel
{
    public abstract string Algorithm { get; }

    /// <value>Length of the feature vector.</value>
    public abstract int Features { get; }

    /// <value>Unit of contributions: <c>log_odds</c> or <c>probability</c>.</value>
    public abstract string ExplanationUnit { get; }

    /// <summary>Probability of the positive class. Allocates nothing; scalars summed in fixed order.</summary>
    public abstract double Score(ReadOnlySpan<float> row);

    /// <summary>Rows that stand one behind the other, each with the bits it has alone.</summary>
    public virtual void Score(ReadOnlySpan<float> rows, Span<double> scores)
    {
        for (var row = 0; row < scores.Length; row++) scores[row] = Score(rows.Slice(row * Features, Features));
    }

    public double[] Score(FeatureMatrix features)
    {
        if (features.Columns != Features) throw new ArgumentException($"The rows have {features.Columns} features, the model {Features}.", nameof(features));
        var scores = new double[features.Rows];
        Score(features.Values, scores);
        return scores;
    }

    /// <summary>SHAP values (path-dependent TreeSHAP, or exact for a linear model). Returns the base value; base + sum = the score in <see cref="ExplanationUnit"/>.</summary>
    public abstract double Explain(ReadOnlySpan<float> row, Span<double> contributions);

    /// <summary>Gain (trees) or |coefficient| x deviation (linear) by feature, summing to 1.</summary>
    public abstract double[] Importance(int features);

    /// <summary>The native file of the package (<c>model.ubj</c> …) and its name.</summary>
    public abstract (string Name, byte[] Content) Save();

    /// <value>Of its arrays, which are nearly all of it. They can grow when it first explains.</value>
    public abstract long Bytes { get; }

    /// <param name="toServe">True: it will never be saved again, so it does not keep its file.</param>
    /// <exception cref="InvalidDataException">The content is not a model of this algorithm, or of a format this binary does not know.</exception>
    public static FittedModel Load(string algorithm, byte[] content, bool toServe = false) => algorithm switch
    {
        "xgboost" or "random_forest" => new TreeModel(algorithm, content, toServe),
        "logistic_regression" => LogisticRegressionModel.Read(content),
        _ => throw new InvalidDataException($"The algorithm '{algorithm}' is not known. There are: {string.Join(", ", Trainers.All.Select(t => t.Algorithm))}."),
    };
}
