using Cairn.Learning.Models;
using Cairn.Learning.Preprocessing;
using Cairn.Learning.Splits;
using Cairn.Learning.Statistics;

namespace Cairn.Unit.Tests.Learning.Models;

/// <summary>5 folds x 4 repeats on the whole of telco with the first trial of each algorithm: the level that published work agrees on.</summary>
public class TelcoQualityTests
{
    [Theory]
    [InlineData("xgboost", 0.845, 0.852)]
    [InlineData("logistic_regression", 0.842, 0.848)]
    [InlineData("random_forest", 0.838, 0.852)]
    public void First_trial_reaches_the_known_level(string algorithm, double low, double high)
    {
        var trainer = Trainers.Find(algorithm).ShouldNotBeNull();
        var labels = Telco.Labels(Telco.Rows);
        var keys = RowKeys.Of(Telco.Frame, Telco.Schema);
        var aucs = new List<double>();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        for (var repeat = 0; repeat < 4; repeat++)
        {
            var folds = StratifiedFolds.Deal(labels, keys, 5, seed: 42, repeat);
            for (var fold = 0; fold < 5; fold++)
            {
                int[] train = [.. Telco.Rows.Where(row => folds[row] != fold)];
                int[] test = [.. Telco.Rows.Where(row => folds[row] == fold)];
                var pipeline = Pipeline.Fit(Telco.Frame, train, Telco.Schema, [], trainer.NeedsDenseFeatures);
                var model = trainer.Fit(pipeline.Apply(Telco.Frame, train), Telco.Labels(train), trainer.Draw(0, 42), seed: 42, threads: 2);
                var scores = model.Score(pipeline.Apply(Telco.Frame, test));
                aucs.Add(Ranking.RocAuc(new Ranking(Telco.Labels(test), scores).Points()));
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{algorithm}: mean {aucs.Average():F4} in {watch.Elapsed.TotalSeconds:F1} s for 20 fits");
        aucs.Average().ShouldBeInRange(low, high);
    }
}
