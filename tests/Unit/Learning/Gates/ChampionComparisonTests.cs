using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Tracking;

namespace Cairn.Unit.Tests.Learning.Gates;

/// <summary>Against a champion that went through its package, as it is when it serves.</summary>
public class ChampionComparisonTests
{
    private const string NotWorse = "not_worse_than champion margin 0.05";

    [Fact]
    public void The_same_model_again_is_not_worse()
    {
        var (prepared, champion) = Champion(Examples.Frame(1000));

        var check = Ask(prepared, champion);

        check.Passed.ShouldBeTrue();
        check.Detail.ShouldContain($"on {prepared.TestRows:N0} rows new to both; difference 0.0000");
        var compared = check.Comparison!;
        (compared.Against, compared.Rows, compared.Difference, compared.Margin, compared.SameAnswers).ShouldBe(("v6", prepared.TestRows, 0, 0.05, 1.0));
    }

    [Fact]
    public void Only_rows_that_neither_has_learned_from_count()
    {
        var (before, champion) = Champion(Examples.Frame(1000));
        var after = Training.Prepare(Examples.Frame(1500), Examples.Task()).Value; // the first 1,000 rows are the same customers
        var known = before.Test.Intersect(after.Test).Count();

        var check = Ask(after, champion);

        known.ShouldBeInRange(150, 200);
        after.TestRows.ShouldBeGreaterThan(known); // of the new ones the champion cannot say that it did not learn from them
        check.Detail.ShouldContain($"on {known:N0} rows new to both");
    }

    [Fact]
    public void A_challenger_that_has_lost_its_best_column_is_refused()
    {
        var (_, champion) = Champion(Examples.Frame(2000, effect: 2));
        var blind = Examples.Schema with { Columns = [.. Examples.Schema.Columns.Select(c => c.Name == "x" ? c with { AtPrediction = false } : c)] };
        var prepared = Training.Prepare(Examples.Frame(2000, effect: 2), Examples.Task(blind)).Value;

        var check = Ask(prepared, champion);

        check.Passed.ShouldBeFalse();
        check.Detail.ShouldStartWith("worse: ROC AUC 0.");
    }

    [Fact]
    public void Another_seed_leaves_few_common_rows_and_another_key_none()
    {
        var (_, champion) = Champion(Examples.Frame(1000));
        var strangers = Examples.Frame(1000).With(new TextColumn("id", [.. Enumerable.Range(0, 1000).Select(i => $"other {i}")]));

        Ask(Training.Prepare(strangers, Examples.Task()).Value, champion).Detail.ShouldContain("none of the 200 test rows was kept aside by the champion too");
        Ask(Training.Prepare(Examples.Frame(1000), Examples.Task() with { Split = new(Seed: 7) }).Value, champion).Detail.ShouldMatch("[345][0-9] rows");
    }

    [Fact]
    public void A_champion_that_asks_for_a_column_that_is_gone_cannot_be_compared()
    {
        var (_, champion) = Champion(Examples.Frame(500));
        var schema = Examples.Schema with { Columns = [.. Examples.Schema.Columns.Where(c => c.Name != "x")] };
        var frame = Examples.Frame(500);
        var prepared = Training.Prepare(frame with { Columns = [.. frame.Columns.Where(c => c.Name != "x")] }, Examples.Task(schema)).Value;

        var check = Ask(prepared, champion);

        check.Passed.ShouldBeFalse();
        check.Detail.ShouldContain("it needs x, which the data no longer has");
    }

    [Fact]
    public void A_champion_that_read_a_column_as_another_type_cannot_be_compared()
    {
        var (_, champion) = Champion(Examples.Frame(500));
        var schema = Examples.Schema with { Columns = [.. Examples.Schema.Columns.Select(c => c.Name == "noise" ? c with { Type = ColumnType.Category } : c)] };
        var frame = Examples.Frame(500).With(new CategoryColumn("noise", [.. Enumerable.Range(0, 500).Select(i => i % 2)], ["high", "low"]));

        var check = Ask(Training.Prepare(frame, Examples.Task(schema)).Value, champion);

        check.Passed.ShouldBeFalse();
        check.Detail.ShouldContain("noise has another type in schema.yaml now than it was trained on");
    }

    private static Cairn.Client.Wire.GateCheckWire Ask(Preparation prepared, Predictor champion)
    {
        var candidate = Examples.Train(prepared);
        var evaluation = Training.Evaluate(prepared, candidate, Training.FitBaseline(prepared, default));
        return Gate.Decide([Gate.Parse(NotWorse).Value], prepared, candidate, evaluation, new(6, champion), TimeProvider.System).Checks[1];
    }

    private static (Preparation Prepared, Predictor Champion) Champion(Frame frame)
    {
        var prepared = Training.Prepare(frame, Examples.Task()).Value;
        var candidate = Examples.Train(prepared);
        var evaluation = Training.Evaluate(prepared, candidate, Training.FitBaseline(prepared, default));
        var files = Training.WritePackage(prepared, candidate, evaluation, "bought", "0193" + new string('0', 8) + "7" + new string('0', 19));
        var sealedPackage = new ModelPackage(Digest.Of([]), "", files.ToDictionary(f => f.Key, f => Digest.Of(f.Value), StringComparer.Ordinal));
        return (prepared, Predictor.Load(new(sealedPackage, files)).Value);
    }
}
