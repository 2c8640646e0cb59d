using Cairn.Learning.Models;

namespace Cairn.Unit.Tests.Learning.Models;

public class LogisticRegressionTests
{
    private const int Rows = 80;

    /// <summary>80 rows of 4 features that float32 holds exactly, and labels that no line separates.</summary>
    private static (FeatureMatrix Features, float[] Labels) Data()
    {
        var values = new float[Rows * 4];
        var labels = new float[Rows];
        for (var i = 0; i < Rows; i++)
        {
            for (var j = 0; j < 4; j++) values[i * 4 + j] = ((i * 37 + j * 101 + i * i * 7) % 23) / 8f - 1.25f * j;
            labels[i] = (i * 29 + i * i * 3) % 17 + 4 * values[i * 4] - 2 * values[i * 4 + 2] > 12 ? 1 : 0;
        }

        return (new(Rows, 4, values), labels);
    }

    private static LogisticRegressionModel Fit(double c)
    {
        var (features, labels) = Data();
        return (LogisticRegressionModel)Trainers.Find("logistic_regression")!.Fit(features, labels, new Dictionary<string, double>(StringComparer.Ordinal) { ["c"] = c }, seed: 1, threads: 1);
    }

    /// <remarks>scikit-learn 1.2.1 (numpy 1.24.2): LogisticRegression(C, solver="newton-cholesky", tol=1e-13); largest gradient below 2e-14.</remarks>
    [Theory]
    [InlineData(0.01, 0.7783752837348676, 0.0473655332215946, -0.008585186850087778, -0.045053090889046916, 0.01669637855708954)]
    [InlineData(1.0, -0.5214150712696328, 0.4407094666358006, -0.10172269599760132, -0.3954817437410013, -0.1951588792259325)]
    [InlineData(100.0, -0.9634601310093258, 0.5125829048485396, -0.12369678350644105, -0.4710876664186942, -0.32125135816690825)]
    public void Coefficients_are_those_of_scikit_learn(double c, double intercept, double first, double second, double third, double fourth)
    {
        var model = Fit(c);

        model.Intercept.ShouldBe(intercept, 1e-9);
        model.Coefficients.ToArray().ShouldBe([first, second, third, fourth], 1e-9);
    }

    [Fact]
    public void Perfectly_separated_classes_still_converge()
    {
        var features = new FeatureMatrix(6, 1, [-3, -2, -1, 1, 2, 3]);

        var model = Trainers.Find("logistic_regression")!.Fit(features, [0, 0, 0, 1, 1, 1], new Dictionary<string, double>(StringComparer.Ordinal) { ["c"] = 1e6 }, 1, 1);

        model.Score(features).ShouldBe([0, 0, 0, 1, 1, 1], 0.01);
    }

    [Fact]
    public void A_saved_model_reads_back_to_the_same_bytes_and_scores()
    {
        var model = Fit(1);
        var (name, content) = model.Save();
        var read = FittedModel.Load("logistic_regression", content);

        name.ShouldBe("model.json");
        read.Save().Content.ShouldBe(content);
        read.Score(Data().Features).ShouldBe(model.Score(Data().Features));
    }

    [Fact]
    public void Contributions_add_up_to_the_log_odds()
    {
        var model = Fit(1);
        var (features, _) = Data();
        var contributions = new double[4];
        var means = Enumerable.Range(0, 4).Select(j => Enumerable.Range(0, Rows).Average(i => (double)features.Row(i)[j])).ToArray();
        for (var i = 0; i < Rows; i++)
        {
            var x = features.Row(i);

            var baseValue = model.Explain(x, contributions);

            (baseValue + contributions.Sum()).ShouldBe(LogisticRegressionModel.LogOdds(x, model.Coefficients, model.Intercept), 1e-12);
            for (var j = 0; j < 4; j++) contributions[j].ShouldBe(model.Coefficients[j] * (x[j] - means[j]), 1e-12);
        }
    }

    [Fact]
    public void Importance_is_coefficient_times_deviation_as_a_share()
    {
        var (features, _) = Data();
        var model = Fit(1);
        var weights = new double[4];
        for (var j = 0; j < 4; j++)
        {
            var column = Enumerable.Range(0, Rows).Select(i => (double)features.Row(i)[j]).ToArray();
            weights[j] = Math.Abs(model.Coefficients[j]) * Math.Sqrt(column.Average(v => (v - column.Average()) * (v - column.Average())));
        }

        model.Importance(4).ShouldBe([.. weights.Select(w => w / weights.Sum())], 1e-12);
    }
}
