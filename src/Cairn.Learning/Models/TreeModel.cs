using Cairn.Kernel;
using Cairn.Learning.Explanation;

namespace Cairn.Learning.Models;

/// <summary>Boosted trees (log-odds behind a sigmoid) or a random forest (the mean of its leaves, a probability as it is).</summary>
internal sealed class TreeModel : FittedModel
{
    public const string FileName = "model.ubj";

    private const int Stretch = 512;

    private readonly byte[]? _ubj;
    private readonly FlatTrees _trees;
    private readonly Lazy<TreeShap> _shap;
    private readonly bool _logistic;

    /// <param name="toServe">True: see <see cref="FittedModel.Load"/>.</param>
    /// <exception cref="InvalidDataException">Not a tree model that this binary scores.</exception>
    public TreeModel(string algorithm, byte[] ubj, bool toServe = false)
    {
        (Algorithm, _ubj) = (algorithm, toServe ? null : ubj);
        (_trees, var objective) = XgboostModelFile.Read(ubj);
        _logistic = objective == "binary:logistic";
        _shap = new(() => new(_trees));
    }

    public override string Algorithm { get; }

    public override string ExplanationUnit => _logistic ? "log_odds" : "probability";

    public FlatTrees Trees => _trees;

    public override long Bytes => _trees.Bytes + (_ubj?.Length ?? 0) + (_shap.IsValueCreated ? _shap.Value.Bytes : 0);

    public override int Features => _trees.Features;

    public override double Score(ReadOnlySpan<float> row) => Probability(_trees.Margin(row));

    public override void Score(ReadOnlySpan<float> rows, Span<double> scores)
    {
        if (rows.Length != (long)scores.Length * Features) throw new ArgumentException($"{scores.Length} rows of {Features} features are not {rows.Length} values.", nameof(rows));
        Span<float> margins = stackalloc float[Math.Min(scores.Length, Stretch)];
        for (var done = 0; done < scores.Length; done += margins.Length)
        {
            if (scores.Length - done < margins.Length) margins = margins[..(scores.Length - done)];
            _trees.Margins(rows.Slice(done * Features, margins.Length * Features), margins);
            for (var i = 0; i < margins.Length; i++) scores[done + i] = Probability(margins[i]);
        }
    }

    public override double Explain(ReadOnlySpan<float> row, Span<double> contributions) => _shap.Value.Explain(row, contributions);

    public override double[] Importance(int features)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features, Features);
        var total = 0.0;
        foreach (var gain in _trees.Gains) total += gain;
        var shares = new double[features];
        if (total > 0) for (var i = 0; i < features; i++) shares[i] = _trees.Gains[i] / total;
        return shares;
    }

    public override (string Name, byte[] Content) Save() => (FileName, _ubj ?? throw new InvalidOperationException("The model was loaded to serve and has not kept its file."));

    private double Probability(double margin) => _logistic ? PortableMath.Sigmoid(margin) : Math.Clamp(margin, 0, 1);
}
