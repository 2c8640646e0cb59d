using Cairn.Data;
using Cairn.Learning;
using Cairn.Learning.Gates;

namespace Cairn.Unit.Tests.Learning.Judging;

/// <summary>The traps: no signal has to be called no signal.</summary>
public class SignalTests
{
    [Theory]
    [InlineData("logistic_regression", 1)]
    [InlineData("logistic_regression", 2)]
    [InlineData("xgboost", 3)]
    [InlineData("random_forest", 4)]
    public void Random_labels_are_no_signal(string algorithm, int seed)
    {
        var prepared = Training.Prepare(Examples.Frame(600, effect: 0, seed: (ulong)seed), Examples.Task(trials: 4, folds: 5, repeats: 2)).Value;
        var evaluation = Training.Evaluate(prepared, Examples.Train(prepared, algorithm), Training.FitBaseline(prepared, default));

        evaluation.Signal.ShouldBeFalse();
        evaluation.SignalDetail.ShouldStartWith("no gain over ");
        Gate.Decide([], prepared, Examples.Train(prepared), evaluation, null, TimeProvider.System).Verdict.ShouldBe(Verdict.NoSignal);
    }

    [Fact]
    public void Noise_is_hardly_ever_called_a_signal()
    {
        var called = Enumerable.Range(100, 40).Count(seed =>
        {
            var prepared = Training.Prepare(Examples.Frame(200, effect: 0, seed: (ulong)seed), Examples.Task(trials: 3, folds: 4, repeats: 1)).Value;
            return Training.Evaluate(prepared, Examples.Train(prepared), Training.FitBaseline(prepared, default)).Signal;
        });

        called.ShouldBeLessThanOrEqualTo(5); // one in twenty is what the test promises: 2 of 40, and 5 is within chance
    }

    [Fact]
    public void Two_columns_that_help_each_other_beat_the_better_one()
    {
        var frame = Examples.Frame(1500, effect: 1);
        var other = ((NumberColumn)frame["noise"]).Values.Zip(frame.Bought(), (n, b) => n + b * 0.29).ToArray();
        var prepared = Training.Prepare(frame.With(new NumberColumn("noise", other)), Examples.Task(folds: 5)).Value;

        var evaluation = Training.Evaluate(prepared, Examples.Train(prepared), Training.FitBaseline(prepared, default));

        evaluation.Signal.ShouldBeTrue(evaluation.SignalDetail);
    }

    [Fact]
    public void One_column_that_says_it_all_is_no_gain_over_that_column()
    {
        var frame = Examples.Frame(600).With(new CategoryColumn("group", [.. Examples.Frame(600).Bought().Select((b, i) => i % 10 < 8 ? (int)b : 1 - (int)b)], ["a", "b"]));
        var schema = Examples.Schema with { Columns = [.. Examples.Schema.Columns.Where(c => c.Name != "x")] };
        var prepared = Training.Prepare(frame, Examples.Task(schema, folds: 5)).Value;
        var baseline = Training.FitBaseline(prepared, default);

        var evaluation = Training.Evaluate(prepared, Examples.Train(prepared), baseline);

        baseline.Name.ShouldBe("group");
        evaluation.Signal.ShouldBeFalse();
        evaluation.SignalDetail.ShouldStartWith("no gain over group alone: ROC AUC 0.");
    }

    [Theory]
    [InlineData("xgboost")]
    [InlineData("logistic_regression")]
    public void Sales_opportunities_tell_nothing_when_they_are_opened(string algorithm)
    {
        var (frame, schema) = Opportunities();
        var prepared = Training.Prepare(frame, new(schema, [], new(), [algorithm], new(Trials: 2, Repeats: 1), null)).Value;
        var evaluation = Training.Evaluate(prepared, Examples.Train(prepared, algorithm), Training.FitBaseline(prepared, default));

        evaluation.Signal.ShouldBeFalse(evaluation.SignalDetail);
        evaluation.OutOfFold["roc_auc"].ShouldBeInRange(0.47, 0.54);
    }

    [Fact]
    public void What_an_opportunity_brought_in_gives_its_end_away()
    {
        var (frame, schema) = Opportunities();

        var refusal = Training.Prepare(
            frame, new(schema with { Columns = [.. schema.Columns.Select(c => c with { AtPrediction = true })] }, [], new(), ["xgboost"], new(), null)).Refusal!;

        refusal.Code.ShouldBe("learning.leakage");
        refusal.Detail.ShouldContain("close_value");
    }

    /// <summary>Closed deals of a CRM: agent, product and account are known at opening time, what the deal brought in is not.</summary>
    private static (Frame Frame, Schema Schema) Opportunities()
    {
        var lines = File.ReadAllLines(RealData.Find("data/crm-opportunities/sales_pipeline.csv"));
        var names = lines[0].Split(',').ToList();
        var rows = lines[1..].Select(l => l.Split(',')).Where(r => r[names.IndexOf("deal_stage")] is "Won" or "Lost").ToArray();
        CategoryColumn Category(string name)
        {
            var values = rows.Select(r => r[names.IndexOf(name)]).ToArray();
            var levels = values.Where(v => v.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            return new(name, [.. values.Select(v => levels.IndexOf(v))], levels);
        }

        var frame = new Frame(rows.Length,
        [
            new TextColumn("opportunity_id", [.. rows.Select(r => r[0])]), Category("sales_agent"), Category("product"), Category("account"), Category("deal_stage"),
            new NumberColumn("close_value", [.. rows.Select(r => double.TryParse(r[names.IndexOf("close_value")], out var value) ? value : double.NaN)]),
        ]);
        var schema = new Schema(
        [
            new("opportunity_id", ColumnType.Text), new("sales_agent", ColumnType.Category), new("product", ColumnType.Category),
            new("account", ColumnType.Category, Nullable: true), new("deal_stage", ColumnType.Category), new("close_value", ColumnType.Number, AtPrediction: false),
        ], "opportunity_id", new("deal_stage", "Won"));
        return (frame, schema);
    }
}
