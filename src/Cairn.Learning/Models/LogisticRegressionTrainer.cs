using System.Numerics;
using Cairn.Kernel;

namespace Cairn.Learning.Models;

/// <summary>
/// Logistic regression with an L2 penalty, in scikit-learn's terms: minimises ½‖w‖² + C Σ log(1 + exp(-yᵢ(w·xᵢ + b))), the
/// intercept b unpenalised. Newton's method (iteratively reweighted least squares, Hastie et al. 4.4.1), Cholesky, step halving.
/// </summary>
internal sealed class LogisticRegressionTrainer : ITrainer
{
    /// <summary>Largest component of the gradient, divided by C and the number of rows, at which the fit has converged.</summary>
    private const double Tolerance = 1e-10;

    private const int MostSteps = 100;

    public string Algorithm => "logistic_regression";

    public bool NeedsDenseFeatures => true;

    public double RelativeCost => 0.3;

    public IReadOnlyDictionary<string, double> Draw(int trial, int seed) => new Dictionary<string, double>(StringComparer.Ordinal)
    {
        ["c"] = trial == 0 ? 1 : new SeededDraw(seed, trial).LogUniform(0.001, 100),
    };

    public FittedModel Fit(FeatureMatrix features, ReadOnlySpan<float> labels, IReadOnlyDictionary<string, double> parameters, int seed, int threads)
    {
        if (labels.Length != features.Rows) throw new ArgumentException($"There are {labels.Length} labels for {features.Rows} rows.", nameof(labels));
        var weights = Minimise(features, labels, penalty: 1 / parameters["c"]);

        var means = new double[features.Columns];
        var deviations = new double[features.Columns];
        for (var row = 0; row < features.Rows; row++)
        {
            var x = features.Row(row);
            for (var j = 0; j < x.Length; j++) means[j] += x[j];
        }

        for (var j = 0; j < means.Length; j++) means[j] /= features.Rows;
        for (var row = 0; row < features.Rows; row++)
        {
            var x = features.Row(row);
            for (var j = 0; j < x.Length; j++) deviations[j] += (x[j] - means[j]) * (x[j] - means[j]);
        }

        for (var j = 0; j < means.Length; j++) deviations[j] = Math.Sqrt(deviations[j] / features.Rows);
        return new LogisticRegressionModel(weights[^1], weights[..^1], means, deviations, parameters["c"]);
    }

    /// <returns>Coefficients, then the intercept.</returns>
    private static double[] Minimise(FeatureMatrix features, ReadOnlySpan<float> labels, double penalty)
    {
        var size = features.Columns + 1;
        var (weights, trial) = (new double[size], new double[size]);
        var (gradient, hessian) = (new double[size], new double[size * size]);
        var loss = Loss(features, labels, weights, penalty);

        for (var step = 0; step < MostSteps; step++)
        {
            Derivatives(features, labels, weights, penalty, gradient, hessian);
            if (gradient.Max(Math.Abs) <= Tolerance * features.Rows) return weights;

            var direction = Cholesky.Solve(hessian, gradient);
            for (var scale = 1.0; ; scale /= 2)
            {
                for (var j = 0; j < size; j++) trial[j] = weights[j] - scale * direction[j];
                var next = Loss(features, labels, trial, penalty);
                if (next <= loss + 1e-12 * Math.Abs(loss)) // at the optimum the loss moves in its last bits only
                {
                    (weights, trial, loss) = (trial, weights, next);
                    break;
                }

                if (scale < 1e-9) throw new InvalidOperationException("Logistic regression found no step that lowers its loss.");
            }
        }

        throw new InvalidOperationException($"Logistic regression did not converge in {MostSteps} Newton steps.");
    }

    private static double Loss(FeatureMatrix features, ReadOnlySpan<float> labels, double[] weights, double penalty)
    {
        var loss = 0.0;
        for (var row = 0; row < features.Rows; row++)
        {
            var z = LogisticRegressionModel.LogOdds(features.Row(row), weights.AsSpan(0, features.Columns), weights[^1]);
            var against = labels[row] > 0.5f ? -z : z;
            loss += Math.Max(against, 0) + PortableMath.Log(1 + PortableMath.Exp(-Math.Abs(against)));
        }

        for (var j = 0; j < features.Columns; j++) loss += penalty / 2 * weights[j] * weights[j];
        return loss;
    }

    /// <summary>Both divided by C: Σ (p - y) x + penalty w, and the upper triangle of Σ p (1 - p) x xᵀ + penalty I.</summary>
    private static void Derivatives(FeatureMatrix features, ReadOnlySpan<float> labels, double[] weights, double penalty, double[] gradient, double[] hessian)
    {
        var size = weights.Length;
        Array.Clear(gradient);
        Array.Clear(hessian);
        var x = new double[size];
        x[^1] = 1;
        for (var row = 0; row < features.Rows; row++)
        {
            var values = features.Row(row);
            for (var j = 0; j < values.Length; j++) x[j] = values[j];
            var p = PortableMath.Sigmoid(LogisticRegressionModel.LogOdds(values, weights.AsSpan(0, values.Length), weights[^1]));
            var (error, curvature) = (p - labels[row], p * (1 - p));
            for (var j = 0; j < size; j++)
            {
                if (x[j] == 0) continue; // most of a one-hot row
                gradient[j] += error * x[j];
                AddScaled(x.AsSpan(j), curvature * x[j], hessian.AsSpan(j * size + j, size - j));
            }
        }

        for (var j = 0; j < size - 1; j++)
        {
            gradient[j] += penalty * weights[j];
            hessian[j * size + j] += penalty;
        }
    }

    /// <summary>target += factor · x, element by element: the width of the machine's vectors changes no bit.</summary>
    private static void AddScaled(ReadOnlySpan<double> x, double factor, Span<double> target)
    {
        var i = 0;
        var factors = new Vector<double>(factor);
        for (; i <= x.Length - Vector<double>.Count; i += Vector<double>.Count)
            (new Vector<double>(target[i..]) + factors * new Vector<double>(x[i..])).CopyTo(target[i..]);
        for (; i < x.Length; i++) target[i] += factor * x[i];
    }
}
