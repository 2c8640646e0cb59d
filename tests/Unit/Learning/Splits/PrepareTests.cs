using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning;

namespace Cairn.Unit.Tests.Learning.Splits;

public class PrepareTests
{
    [Fact]
    public void Sound_data_is_split_and_counted()
    {
        var prepared = Training.Prepare(Examples.Frame(), Examples.Task()).Value;

        (prepared.TrainRows + prepared.TestRows).ShouldBe(400);
        prepared.TestRows.ShouldBeInRange(79, 81);
        prepared.Prior.ShouldBe(Examples.Frame().Bought().Average(), 0.01);
        prepared.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void One_class_is_nothing_to_tell_apart() =>
        Refused(Examples.Frame().With(new CategoryColumn("bought", new int[400], ["no", "yes"])), "learning.one-class").ShouldContain("no (400)");

    [Fact]
    public void A_target_with_holes_is_refused_and_the_holes_are_counted()
    {
        var codes = Examples.Frame().Bought().Select((b, i) => i < 3 ? -1 : (int)b).ToArray();

        Refused(Examples.Frame().With(new CategoryColumn("bought", codes, ["no", "yes"])), "learning.target-nulls").ShouldContain("3 of 400");
    }

    [Fact]
    public void A_third_answer_is_refused_because_it_would_count_as_no()
    {
        var codes = Examples.Frame().Bought().Select((b, i) => i < 5 ? 2 : (int)b).ToArray();

        Refused(Examples.Frame().With(new CategoryColumn("bought", codes, ["no", "yes", "open"])), "learning.target-classes").ShouldContain("open (5)");
    }

    [Fact]
    public void An_unknown_positive_value_is_refused_with_those_there_are() =>
        Refused(Examples.Frame(), "learning.positive-unknown", Examples.Schema with { Target = new("bought", "ja") }).ShouldContain("yes (");

    [Theory]
    [InlineData("true")]
    [InlineData("1")]
    [InlineData("Yes")]
    public void The_positive_value_of_a_boolean_may_be_written_in_several_ways(string positive)
    {
        var frame = Examples.Frame().With(new NumberColumn("bought", Examples.Frame().Bought()));
        var schema = Examples.Schema with
        {
            Columns = [.. Examples.Schema.Columns.Where(c => c.Name != "bought"), new("bought", ColumnType.Boolean)], Target = new("bought", positive),
        };

        Training.Prepare(frame, Examples.Task(schema)).Value.Labels.Sum().ShouldBe((float)frame.Bought().Sum());
    }

    [Fact]
    public void Too_few_rows_are_refused() => Refused(Examples.Frame(49), "learning.too-few-rows").ShouldContain("49");

    [Fact]
    public void Fewer_positives_than_folds_are_refused()
    {
        var codes = Enumerable.Range(0, 400).Select(i => i < 3 ? 1 : 0).ToArray();

        Refused(Examples.Frame().With(new CategoryColumn("bought", codes, ["no", "yes"])), "learning.too-few-examples").ShouldContain("fewer folds");
    }

    [Fact]
    public void Nothing_to_learn_from_is_refused_with_a_reason_for_each_column()
    {
        var schema = Examples.Schema with { Columns = [.. Examples.Schema.Columns.Select(c => c.Name is "x" or "noise" ? c with { AtPrediction = false } : c)] };

        var detail = Refused(Examples.Frame().With(new CategoryColumn("group", new int[400], ["a"])), "learning.no-features", schema);

        detail.ShouldContain("x (not known at prediction time)");
        detail.ShouldContain("group (every row is the same)");
        detail.ShouldContain("bought (the target)");
    }

    [Fact]
    public void A_column_that_gives_the_target_away_is_named_with_the_cure()
    {
        var random = new Cairn.Learning.Splits.SplitMix64(5);
        var frame = Examples.Frame().With(new NumberColumn("noise", [.. Examples.Frame().Bought().Select(b => b == 1 ? 0 : random.Unit())]));

        var refusal = Training.Prepare(frame, Examples.Task()).Refusal!;

        refusal.Code.ShouldBe("learning.leakage");
        refusal.Detail.ShouldContain("'noise' (ROC AUC 1.0000)");
        refusal.Detail.ShouldContain("at_prediction: false");
        refusal.Fields.ShouldHaveSingleItem().Field.ShouldBe("schema.yaml noise");
    }

    [Fact]
    public void A_leaking_category_is_found_too() =>
        Refused(Examples.Frame().With(new CategoryColumn("group", [.. Examples.Frame().Bought().Select((b, i) => (int)b * 2 + i % 2)], ["a", "b", "c", "d"])), "learning.leakage")
            .ShouldContain("'group'");

    [Fact]
    public void A_column_filled_only_afterwards_leaks_by_its_holes() =>
        Refused(Examples.Frame().With(new NumberColumn("noise", [.. Examples.Frame().Bought().Select((b, i) => b == 1 ? i % 7 : double.NaN)])), "learning.leakage")
            .ShouldContain("'noise'");

    [Fact]
    public void A_category_with_a_value_for_every_row_is_no_leak() =>
        Training.Prepare(Examples.Frame().With(new CategoryColumn("group", [.. Enumerable.Range(0, 400)], [.. Enumerable.Range(0, 400).Select(i => $"{i:000}")])), Examples.Task())
            .Refusal.ShouldBeNull();

    [Fact]
    public void A_leaking_column_that_is_not_known_at_prediction_is_left_alone()
    {
        var schema = Examples.Schema with { Columns = [.. Examples.Schema.Columns.Select(c => c.Name == "noise" ? c with { AtPrediction = false } : c)] };

        Training.Prepare(Examples.Frame().With(new NumberColumn("noise", Examples.Frame().Bought())), Examples.Task(schema)).Refusal.ShouldBeNull();
    }

    [Fact]
    public void A_transform_may_not_read_what_a_model_must_not_see()
    {
        var schema = Examples.Schema with { Columns = [.. Examples.Schema.Columns.Select(c => c.Name == "noise" ? c with { AtPrediction = false } : c)] };
        var task = Examples.Task(schema) with { Transforms = [new("double", "noise * 2")] };

        var refusal = Training.Prepare(Examples.Frame(), task).Refusal!;

        refusal.Code.ShouldBe("learning.transform-invalid");
        refusal.Detail.ShouldContain("a model must not see them: noise");
    }

    [Fact]
    public void Rows_copied_before_the_split_are_refused()
    {
        var frame = Examples.Frame();
        FrameColumn Twice(FrameColumn column) => column switch
        {
            NumberColumn n => n with { Values = [.. n.Values, .. n.Values] },
            CategoryColumn c => c with { Codes = [.. c.Codes, .. c.Codes] },
            _ => new TextColumn(column.Name, [.. Enumerable.Range(0, 800).Select(i => $"r{i}")]),
        };

        Refused(new(800, [.. frame.Columns.Select(Twice)]), "learning.duplicate-rows").ShouldContain("learned by heart");
    }

    [Fact]
    public void A_class_that_was_multiplied_before_the_split_is_refused()
    {
        var frame = Examples.Frame();
        var rows = frame.Bought().SelectMany((b, i) => Enumerable.Repeat(i, b == 1 ? 3 : 1)).ToArray();
        FrameColumn Draw(FrameColumn column) => column switch
        {
            NumberColumn n => n with { Values = [.. rows.Select(r => n.Values[r])] },
            CategoryColumn c => c with { Codes = [.. rows.Select(r => c.Codes[r])] },
            _ => new TextColumn(column.Name, [.. rows.Select((_, i) => $"r{i}")]),
        };

        Refused(new(rows.Length, [.. frame.Columns.Select(Draw)]), "learning.duplicate-rows").ShouldContain("bought = yes");
    }

    [Fact]
    public void A_few_rows_alike_are_a_warning()
    {
        var frame = Examples.Frame();
        foreach (var column in frame.Columns)
        {
            if (column is NumberColumn n) Array.Fill(n.Values, n.Values[0], 1, 19);
            if (column is CategoryColumn c) Array.Fill(c.Codes, c.Codes[0], 1, 19);
        }

        Training.Prepare(frame, Examples.Task()).Value.Warnings.ShouldHaveSingleItem().ShouldContain("equal in every feature");
    }

    [Fact]
    public void Few_combinations_make_natural_twins()
    {
        var schema = Examples.Schema with { Columns = [.. Examples.Schema.Columns.Where(c => c.Name is "id" or "group" or "bought")] };

        Training.Prepare(Examples.Frame(), Examples.Task(schema)).Value.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void By_time_rows_may_stand_in_any_order_and_the_later_ones_are_tested()
    {
        var time = Enumerable.Range(0, 400).Select(i => i * 7919L % 400 * 1e6).ToArray();
        var schema = Examples.Schema with { Columns = [.. Examples.Schema.Columns, new("at", ColumnType.Timestamp)] };

        var prepared = Training.Prepare(Examples.Frame().With(new NumberColumn("at", time)), Examples.Task(schema) with { Split = new(TimeColumn: "at", TestFrom: 300_000_000) }).Value;

        prepared.TestRows.ShouldBe(100);
        prepared.Train.Max(r => time[r]).ShouldBeLessThan(300e6);
    }

    [Fact]
    public void A_time_column_that_is_not_there_is_refused_with_those_that_are() =>
        Training.Prepare(Examples.Frame(), Examples.Task() with { Split = new(TimeColumn: "when") }).Refusal!.Detail.ShouldContain("x, noise");

    [Theory]
    [InlineData("auc", 5, "learning.metric-unknown")]
    [InlineData("cost_per_row", 5, "learning.costs-missing")]
    [InlineData("roc_auc", 1, "learning.tune-range")]
    public void Choices_that_cannot_be_are_refused(string metric, int folds, string code) =>
        Training.Prepare(Examples.Frame(), Examples.Task() with { Tune = new(Metric: metric, Folds: folds) }).Refusal!.Code.ShouldBe(code);

    [Fact]
    public void A_test_split_without_rows_is_refused() =>
        Training.Prepare(Examples.Frame(), Examples.Task() with { Split = new(TestShare: 0) }).Refusal.ShouldBeOfType<Refusal.Invalid>().Code.ShouldBe("learning.split-share");

    private static string Refused(Frame frame, string code, Schema? schema = null)
    {
        var refusal = Training.Prepare(frame, Examples.Task(schema, folds: 5)).Refusal.ShouldNotBeNull();
        refusal.Code.ShouldBe(code);
        return refusal.Detail;
    }
}
