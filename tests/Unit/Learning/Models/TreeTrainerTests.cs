using Cairn.Learning.Models;
using Cairn.Learning.Splits;

namespace Cairn.Unit.Tests.Learning.Models;

public class TreeTrainerTests
{
    /// <summary>Noise with a signal and holes; wide enough that two threads are worth it.</summary>
    private static (FeatureMatrix Features, float[] Labels) Data(int rows, int columns)
    {
        var random = new SplitMix64(7);
        var values = new float[rows * columns];
        var labels = new float[rows];
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++) values[i * columns + j] = random.Below(20) == 0 ? float.NaN : (float)Math.Round(random.Unit() * 50) / 50;
            labels[i] = values[i * columns] + values[i * columns + 1] + random.Unit() > 1.5 ? 1 : 0;
        }

        return (new(rows, columns, values), labels);
    }

    [Theory]
    [InlineData("xgboost", 2_000, 8)]
    [InlineData("random_forest", 2_000, 8)]
    [InlineData("xgboost", 130_000, 16)] // above the size from which threads are used
    public void Runs_and_threads_do_not_change_a_bit(string algorithm, int rows, int columns)
    {
        var (features, labels) = Data(rows, columns);
        var trainer = Trainers.Find(algorithm).ShouldNotBeNull();
        var parameters = trainer.Draw(0, 1).ToDictionary(StringComparer.Ordinal);
        parameters[algorithm == "xgboost" ? "rounds" : "trees"] = 20;

        var one = trainer.Fit(features, labels, parameters, seed: 5, threads: 1).Save().Content;
        var two = trainer.Fit(features, labels, parameters, seed: 5, threads: 2).Save().Content;
        var again = trainer.Fit(features, labels, parameters, seed: 5, threads: 1).Save().Content;
        var other = trainer.Fit(features, labels, parameters, seed: 6, threads: 1).Save().Content;

        again.ShouldBe(one);
        two.ShouldBe(one);
        other.ShouldNotBe(one);
    }

    [Fact]
    public void Scores_of_trained_trees_have_the_bits_of_xgboost_with_missing_values()
    {
        var (features, labels) = Data(5_000, 8);
        foreach (var algorithm in new[] { "xgboost", "random_forest" })
        {
            var trainer = Trainers.Find(algorithm)!;
            var model = (TreeModel)trainer.Fit(features, labels, trainer.Draw(0, 1), seed: 5, threads: 2);
            using var booster = XgboostBooster.Load(model.Save().Content);

            var expected = booster.Margins(features);

            for (var i = 0; i < features.Rows; i++)
                BitConverter.SingleToInt32Bits(model.Trees.Margin(features.Row(i))).ShouldBe(BitConverter.SingleToInt32Bits(expected[i]), $"{algorithm}, row {i}");
        }
    }

    [Fact]
    public void A_forest_answers_with_shares_of_positives()
    {
        var (features, labels) = Data(3_000, 6);
        var trainer = Trainers.Find("random_forest")!;

        var scores = trainer.Fit(features, labels, trainer.Draw(0, 1), seed: 5, threads: 1).Score(features);

        scores.ShouldAllBe(score => score >= 0 && score <= 1);
        scores.Average().ShouldBe(labels.Average(), 0.01);
    }

    [Fact]
    public void One_leaf_of_a_forest_is_the_mean_of_its_labels()
    {
        // Two values, 100 rows each: whatever rows a tree draws, its leaves are means of labels that do not vary within a value.
        var features = new FeatureMatrix(200, 1, [.. Enumerable.Range(0, 200).Select(i => (float)(i % 2))]);
        float[] labels = [.. Enumerable.Range(0, 200).Select(i => (float)(i % 2))];
        var trainer = Trainers.Find("random_forest")!;

        var model = trainer.Fit(features, labels, trainer.Draw(0, 1), seed: 5, threads: 1);

        model.Score([0f]).ShouldBe(0, 1e-6);
        model.Score([1f]).ShouldBe(1, 1e-5);
    }

    [Fact]
    public void Draws_depend_on_seed_and_trial_alone_and_begin_with_the_default()
    {
        foreach (var trainer in Trainers.All)
        {
            trainer.Draw(3, 42).ShouldBe(trainer.Draw(3, 42));
            trainer.Draw(0, 1).ShouldBe(trainer.Draw(0, 2));
            Enumerable.Range(0, 20).Select(trial => string.Join(';', trainer.Draw(trial, 42))).Distinct(StringComparer.Ordinal).Count().ShouldBe(20);
        }
    }

    [Fact]
    public void Importance_sums_to_one_and_finds_the_signal()
    {
        var (features, labels) = Data(3_000, 6);
        var trainer = Trainers.Find("xgboost")!;

        var shares = trainer.Fit(features, labels, trainer.Draw(0, 1), seed: 5, threads: 1).Importance(6);

        shares.Sum().ShouldBe(1, 1e-12);
        (shares[0] + shares[1]).ShouldBeGreaterThan(0.7);
    }

    [Fact]
    public void What_is_wrong_with_training_is_said_in_the_words_of_xgboost()
    {
        var trainer = Trainers.Find("xgboost")!;
        var parameters = trainer.Draw(0, 1).ToDictionary(StringComparer.Ordinal);
        parameters["eta"] = -1;

        Should.Throw<InvalidOperationException>(() => trainer.Fit(new(2, 1, [0, 1]), [0, 1], parameters, 1, 1)).Message.ShouldContain("learning_rate should be greater equal to 0");
    }
}
