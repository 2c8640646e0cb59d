using Cairn.Learning;
using Cairn.Learning.Models;
using Cairn.Learning.Tuning;

namespace Cairn.Unit.Tests.Learning.Tuning;

public class TunerTests
{
    [Theory]
    [InlineData("xgboost")]
    [InlineData("random_forest")]
    [InlineData("logistic_regression")]
    public void The_candidate_does_not_depend_on_the_number_of_threads(string algorithm)
    {
        var one = Examples.Train(Prepare(threads: 1), algorithm);
        var three = Examples.Train(Prepare(threads: 3), algorithm);

        three.OutOfFold.ShouldBe(one.OutOfFold);
        three.Trials.ShouldBe(one.Trials);
        three.Params.ShouldBe(one.Params);
        three.Model.Save().Content.ShouldBe(one.Model.Save().Content);
    }

    [Fact]
    public void The_best_trial_wins_and_every_trial_is_reported()
    {
        var trainer = new ScriptedTrainer(trial => trial == 2 ? 1 : 0.2);
        var heard = new Heard();

        var candidate = Tuner.Run(Prepare(trials: 4), trainer, heard, CancellationToken.None);

        candidate.Params["trial"].ShouldBe(2);
        candidate.Trials.Count.ShouldBe(4);
        candidate.Trials[2].ShouldBe(candidate.Trials.Max());
        heard.Messages.ShouldContain(m => m.StartsWith("trial 3 of 4: roc_auc ", StringComparison.Ordinal));
        heard.Done.ShouldBe(heard.Done.Order());
        heard.Done[^1].ShouldBe(1);
    }

    [Fact]
    public void A_hopeless_trial_is_abandoned_after_two_folds()
    {
        var trainer = new ScriptedTrainer(trial => trial == 1 ? -1 : 1);
        var heard = new Heard();

        Tuner.Run(Prepare(trials: 3), trainer, heard, CancellationToken.None);

        heard.Messages.ShouldContain(m => m.StartsWith("trial 2 of 3", StringComparison.Ordinal) && m.EndsWith("abandoned after 2 folds", StringComparison.Ordinal));
        trainer.Fits[1].ShouldBe(2);
        trainer.Fits[2].ShouldBe(3);
    }

    [Fact]
    public void Every_row_is_scored_by_models_that_did_not_see_it()
    {
        var prepared = Prepare();
        var trainer = new MemorizingTrainer();

        var candidate = Tuner.Run(prepared, trainer, null, CancellationToken.None);

        candidate.OutOfFold.ShouldAllBe(score => score == 0); // one who learns by heart knows none of the rows kept back
        candidate.Score(prepared, prepared.Train).ShouldAllBe(score => score == 1);
    }

    [Fact]
    public void Less_is_better_for_log_loss()
    {
        var trainer = new ScriptedTrainer(trial => trial == 1 ? 1 : 0.1);

        Tuner.Run(Prepare(trials: 2, metric: "log_loss"), trainer, null, CancellationToken.None).Params["trial"].ShouldBe(1);
    }

    [Fact]
    public void A_dear_algorithm_gets_fewer_trials_but_some()
    {
        Tuner.TrialsFor(new ScriptedTrainer(_ => 1), 15).ShouldBe(15);
        Tuner.TrialsFor(new ScriptedTrainer(_ => 1) { RelativeCost = 2 }, 15).ShouldBe(8);
        Tuner.TrialsFor(new ScriptedTrainer(_ => 1) { RelativeCost = 100 }, 15).ShouldBe(5);
        Tuner.TrialsFor(new ScriptedTrainer(_ => 1) { RelativeCost = 100 }, 1).ShouldBe(1);
    }

    [Fact]
    public void Cancelling_stops_between_two_fits()
    {
        using var cancel = new CancellationTokenSource();
        var trainer = new ScriptedTrainer(_ => 1) { OnFit = cancel.Cancel };

        Should.Throw<OperationCanceledException>(() => Tuner.Run(Prepare(trials: 50), trainer, null, cancel.Token));
        trainer.Fits.Sum().ShouldBeLessThanOrEqualTo(3);
    }

    [Fact]
    public void An_unknown_algorithm_is_refused_with_those_there_are()
    {
        var refusal = Training.Train(Prepare(), "lightgbm", null, CancellationToken.None).Refusal!;

        refusal.Code.ShouldBe("learning.algorithm-unknown");
        refusal.Detail.ShouldContain("xgboost");
    }

    [Fact]
    public void A_saved_candidate_comes_back_to_the_bit()
    {
        var prepared = Prepare();
        var candidate = Examples.Train(prepared, "xgboost");

        var loaded = Candidate.Load(candidate.Save());

        loaded.OutOfFold.ShouldBe(candidate.OutOfFold);
        loaded.CrossValidated.ShouldBe(candidate.CrossValidated);
        (loaded.Algorithm, loaded.Seconds).ShouldBe((candidate.Algorithm, candidate.Seconds));
        loaded.Score(prepared, prepared.Test).ShouldBe(candidate.Score(prepared, prepared.Test));
        loaded.Save().ShouldBe(candidate.Save());
    }

    [Fact]
    public void A_candidate_of_another_format_is_not_guessed_at()
    {
        var saved = System.Text.Encoding.UTF8.GetString(Examples.Train(Prepare()).Save()).Replace("\"format\":1", "\"format\":2", StringComparison.Ordinal);

        Should.Throw<InvalidDataException>(() => Candidate.Load(System.Text.Encoding.UTF8.GetBytes(saved))).Message.ShouldContain("format 2");
    }

    private static Preparation Prepare(int trials = 2, int threads = 2, string metric = "roc_auc")
    {
        var task = Examples.Task(trials: trials) with { Threads = threads };
        return Training.Prepare(Examples.Frame(300), task with { Tune = task.Tune with { Metric = metric } }).Value;
    }

    private sealed class Heard : IProgress<TrainingProgress>
    {
        public List<string> Messages { get; } = [];

        public List<double> Done { get; } = [];

        public void Report(TrainingProgress value)
        {
            Messages.Add(value.Message);
            Done.Add(value.Done);
        }
    }

    /// <summary>Scores by the first feature times the slope that the script gives the trial.</summary>
    private sealed class ScriptedTrainer(Func<int, double> slope) : ITrainer
    {
        public int[] Fits { get; } = new int[100];

        public Action? OnFit { get; init; }

        public string Algorithm => "scripted";

        public bool NeedsDenseFeatures => true;

        public double RelativeCost { get; init; } = 1;

        public IReadOnlyDictionary<string, double> Draw(int trial, int seed) => new Dictionary<string, double>(StringComparer.Ordinal) { ["trial"] = trial };

        public FittedModel Fit(FeatureMatrix features, ReadOnlySpan<float> labels, IReadOnlyDictionary<string, double> parameters, int seed, int threads)
        {
            Interlocked.Increment(ref Fits[(int)parameters["trial"]]);
            OnFit?.Invoke();
            var by = slope((int)parameters["trial"]);
            return new Formula(features.Columns, row => 1 / (1 + Math.Exp(-(by * row[0] + (1 - Math.Abs(by)) * row[1] * 3))));
        }
    }

    /// <summary>Says 1 for a row it was fitted on, else 0.</summary>
    private sealed class MemorizingTrainer : ITrainer
    {
        public string Algorithm => "memorizing";

        public bool NeedsDenseFeatures => false;

        public double RelativeCost => 1;

        public IReadOnlyDictionary<string, double> Draw(int trial, int seed) => new Dictionary<string, double>(StringComparer.Ordinal);

        public FittedModel Fit(FeatureMatrix features, ReadOnlySpan<float> labels, IReadOnlyDictionary<string, double> parameters, int seed, int threads)
        {
            var seen = Enumerable.Range(0, features.Rows).Select(row => features.Row(row)[0]).ToHashSet();
            return new Formula(features.Columns, row => seen.Contains(row[0]) ? 1 : 0);
        }
    }

    private delegate double Scoring(ReadOnlySpan<float> row);

    private sealed class Formula(int features, Scoring score) : FittedModel
    {
        public override string Algorithm => "formula";

        public override string ExplanationUnit => "probability";

        public override long Bytes => 0;

        public override int Features => features;

        public override double Score(ReadOnlySpan<float> row) => score(row);

        public override double Explain(ReadOnlySpan<float> row, Span<double> contributions) => throw new NotSupportedException();

        public override double[] Importance(int features) => new double[features];

        public override (string Name, byte[] Content) Save() => ("none", []);
    }
}
