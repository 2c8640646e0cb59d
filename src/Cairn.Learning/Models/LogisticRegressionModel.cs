using System.Text.Json;
using Cairn.Kernel;

namespace Cairn.Learning.Models;

/// <summary>Log-odds as a weighted sum of the features.</summary>
internal sealed class LogisticRegressionModel : FittedModel
{
    public const string FileName = "model.json";

    private const int Format = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        NewLine = "\n",
    };

    private readonly Content _content;
    private readonly double[] _coefficients;
    private readonly double _intercept;

    /// <param name="means">Of the features in the training rows: where an explanation starts from.</param>
    /// <param name="deviations">Of the features in the training rows.</param>
    public LogisticRegressionModel(double intercept, double[] coefficients, double[] means, double[] deviations, double c)
        : this(new Content(Format, "logistic_regression", c, intercept, coefficients, means, deviations))
    {
    }

    private LogisticRegressionModel(Content content) => (_content, _coefficients, _intercept) = (content, content.Coefficients, content.Intercept);

    public override string Algorithm => "logistic_regression";

    public override string ExplanationUnit => "log_odds";

    public override long Bytes => (long)sizeof(double) * (_coefficients.Length + _content.Means.Length + _content.Deviations.Length);

    public override int Features => _coefficients.Length;

    public double Intercept => _intercept;

    public ReadOnlySpan<double> Coefficients => _coefficients;

    /// <summary>Intercept first, then the features in order, in double: the order is part of the answer's bits.</summary>
    public static double LogOdds(ReadOnlySpan<float> row, ReadOnlySpan<double> coefficients, double intercept)
    {
        if (row.Length != coefficients.Length) throw new ArgumentException($"The row has {row.Length} features, the model {coefficients.Length}.", nameof(row));
        var sum = intercept;
        for (var j = 0; j < row.Length; j++) sum += coefficients[j] * row[j];
        return sum;
    }

    public override double Score(ReadOnlySpan<float> row) => PortableMath.Sigmoid(LogOdds(row, _coefficients, _intercept));

    /// <summary>Exact SHAP values of a linear model whose features are taken as independent: wⱼ (xⱼ - mean xⱼ) (Lundberg and Lee 2017, corollary 1).</summary>
    public override double Explain(ReadOnlySpan<float> row, Span<double> contributions)
    {
        for (var j = 0; j < row.Length; j++) contributions[j] = _coefficients[j] * (row[j] - _content.Means[j]);
        var atMeans = _intercept;
        for (var j = 0; j < _coefficients.Length; j++) atMeans += _coefficients[j] * _content.Means[j];
        return atMeans;
    }

    public override double[] Importance(int features)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features, Features);
        var shares = new double[features];
        for (var j = 0; j < features; j++) shares[j] = Math.Abs(_coefficients[j]) * _content.Deviations[j];
        var total = shares.Sum();
        if (total > 0) for (var j = 0; j < features; j++) shares[j] /= total;
        return shares;
    }

    public override (string Name, byte[] Content) Save() => (FileName, JsonSerializer.SerializeToUtf8Bytes(_content, Options));

    /// <exception cref="InvalidDataException">Not a logistic regression of a format this binary knows.</exception>
    public static LogisticRegressionModel Read(ReadOnlySpan<byte> saved)
    {
        Content content;
        try
        {
            content = JsonSerializer.Deserialize<Content>(saved, Options) ?? throw new InvalidDataException("The model is empty.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"The model cannot be read: {error.Message}", error);
        }

        if (content.Format != Format) throw new InvalidDataException($"The model has format {content.Format}; this binary reads format {Format}.");
        if (content.Means.Length != content.Coefficients.Length || content.Deviations.Length != content.Coefficients.Length)
            throw new InvalidDataException("The coefficients, means and deviations of the model differ in number.");
        return new(content);
    }

    private sealed record Content(int Format, string Algorithm, double C, double Intercept, double[] Coefficients, double[] Means, double[] Deviations);
}
