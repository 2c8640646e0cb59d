using Cairn.Data;
using Cairn.Learning;
using Cairn.Learning.Preprocessing;

namespace Cairn.Unit.Tests.Learning.Preprocessing;

public class PipelineTests
{
    private const double Missing = double.NaN;

    private static NumberColumn Number(string name, params double[] values) => new(name, values);

    /// <summary>Null is missing.</summary>
    private static CategoryColumn Category(string name, params string?[] values)
    {
        var levels = values.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return new(name, [.. values.Select(v => v is null ? -1 : levels.IndexOf(v))], levels);
    }

    private static Frame Frame(params FrameColumn[] columns) =>
        new(columns[0] switch { NumberColumn n => n.Values.Length, CategoryColumn c => c.Codes.Length, TextColumn t => t.Values.Length, _ => 0 }, columns);

    private static Schema Schema(Frame frame, params ColumnContract[] contracts) => new(
        [.. frame.Columns.Select(column => contracts.FirstOrDefault(c => c.Name == column.Name) ?? new ColumnContract(
            column.Name, column switch { NumberColumn => ColumnType.Number, CategoryColumn => ColumnType.Category, _ => ColumnType.Text }, Nullable: true))],
        Key: frame.Columns.Any(c => c.Name == "id") ? "id" : null, Target: frame.Columns.Any(c => c.Name == "y") ? new("y", "1") : null);

    private static Pipeline Fit(Frame frame, bool dense = false, int[]? rows = null, Transform[]? transforms = null, params ColumnContract[] contracts) =>
        Pipeline.Fit(frame, rows ?? [.. Enumerable.Range(0, frame.Rows)], Schema(frame, contracts), transforms ?? [], dense);

    private static float[][] Rows(Pipeline pipeline, Frame frame)
    {
        var matrix = pipeline.Apply(frame, [.. Enumerable.Range(0, frame.Rows)]);
        return [.. Enumerable.Range(0, matrix.Rows).Select(row => matrix.Row(row).ToArray())];
    }

    [Fact]
    public void Values_near_the_largest_double_are_standardised_like_others()
    {
        var frame = Frame(Number("x", -1.5e308, -0.5e308, 0.5e308, 1.5e308));

        var scaling = Fit(frame, dense: true).Steps.Single().Scaling!;

        (scaling.Median, scaling.Mean).ShouldBe((0, 0));
        scaling.Deviation.ShouldBe(Math.Sqrt(1.25) * 1e308, 1e294);
        Rows(Fit(frame, dense: true), frame)[3].ShouldBe([(float)(1.5 / Math.Sqrt(1.25))]);
    }

    [Fact]
    public void Key_target_texts_and_columns_not_known_at_prediction_are_no_inputs()
    {
        var frame = Frame(
            new TextColumn("id", ["a", "b"]), Number("y", 0, 1), new TextColumn("note", ["x", "z"]), Number("later", 1, 2), Number("x", 1, 2), Number("when", 1e15, 2e15));

        var pipeline = Fit(frame, contracts: [new("later", ColumnType.Number, AtPrediction: false), new("when", ColumnType.Timestamp)]);

        pipeline.Inputs.Select(i => i.Name).ShouldBe(["x"]);
        pipeline.Features.ShouldBe(["x"]);
        pipeline.Dropped.ShouldBe([new("when", "a timestamp is a feature only by way of a transform")]);
    }

    [Fact]
    public void A_timestamp_may_be_used_by_a_transform()
    {
        var frame = Frame(Number("from", 0, 86_400e6), Number("to", 86_400e6, 4 * 86_400e6));

        var pipeline = Fit(frame, transforms: [new("days", "(to - from) / 86400000000")], contracts: [new("from", ColumnType.Timestamp), new("to", ColumnType.Timestamp)]);

        pipeline.Features.ShouldBe(["days"]);
        pipeline.Inputs.Select(i => i.Name).ShouldBe(["from", "to"]);
        Rows(pipeline, frame).ShouldBe([[1f], [3f]]);
    }

    [Fact]
    public void Columns_without_information_are_dropped_with_the_reason_and_not_asked_for()
    {
        var frame = Frame(Number("same", 3, 3, 3), Number("none", Missing, Missing, Missing), Category("one", "a", "a", "a"), Category("sometimes", "a", null, "a"), Number("x", 1, 2, 3));

        var pipeline = Fit(frame);

        pipeline.Features.ShouldBe(["sometimes=a", "sometimes is missing", "x"]);
        pipeline.Inputs.Select(i => i.Name).ShouldBe(["sometimes", "x"]);
        pipeline.Dropped.ShouldBe([new("same", "every training row has the same value"), new("none", "no training row has a value"), new("one", "every training row has the same value")]);
    }

    [Fact]
    public void Only_the_given_rows_are_looked_at()
    {
        var frame = Frame(Number("x", 1, 2, 1000, Missing), Category("c", "a", "b", "unseen", null));

        var pipeline = Fit(frame, dense: true, rows: [0, 1]);

        pipeline.Features.ShouldBe(["x", "c=a", "c=b"]);
        pipeline.Steps[0].Scaling.ShouldBe(new(Median: 1.5, Mean: 1.5, Deviation: 0.5));
        pipeline.Texts.Texts.ShouldBe(["a", "b"]);
        Rows(pipeline, frame).ShouldBe([[-1, 1, 0], [1, 0, 1], [1997, 0, 0], [0, 0, 0]]);
    }

    [Fact]
    public void Trees_see_missing_numbers_and_a_level_for_missing_categories()
    {
        var frame = Frame(Number("x", 1, Missing, 3), Category("c", "a", null, "b"));

        var rows = Rows(Fit(frame), frame);

        rows[0].ShouldBe([1, 1, 0, 0]);
        float.IsNaN(rows[1][0]).ShouldBeTrue();
        rows[1][1..].ShouldBe([0, 0, 1]);
        rows[2].ShouldBe([3, 0, 1, 0]);
    }

    [Fact]
    public void Linear_models_see_the_median_an_indicator_and_standard_units()
    {
        var frame = Frame(Number("x", 1, Missing, 2, 9));

        var pipeline = Fit(frame, dense: true);

        // Imputed: 1, 2, 2, 9; mean 3.5; squares 6.25 + 2.25 + 2.25 + 30.25 = 41, over 4.
        pipeline.Steps[0].Scaling.ShouldBe(new(Median: 2, Mean: 3.5, Deviation: Math.Sqrt(10.25)));
        pipeline.Features.ShouldBe(["x", "x is missing"]);
        Rows(pipeline, frame)[1].ShouldBe([(float)((2 - 3.5) / Math.Sqrt(10.25)), 1]);
        Rows(pipeline, frame)[3].ShouldBe([(float)((9 - 3.5) / Math.Sqrt(10.25)), 0]);
    }

    [Fact]
    public void Many_levels_become_one_number_by_frequency()
    {
        string[] values = [.. Enumerable.Range(0, 33).SelectMany(i => Enumerable.Repeat($"level{i:d2}", i == 20 ? 5 : i == 4 ? 3 : 1))];
        var frame = Frame(Category("c", values), Number("x", [.. values.Select((_, i) => (double)i)]));

        var pipeline = Fit(frame);
        var other = Frame(Category("c", "level20", "level04", "level00", "never", null), Number("x", 1, 2, 3, 4, 5));

        pipeline.Features.ShouldBe(["c", "x"]);
        Rows(pipeline, other).Select(row => row[0]).ShouldBe([0, 1, 2, -1, float.NaN]);
    }

    [Fact]
    public void Thirty_two_levels_are_still_one_hot()
    {
        var frame = Frame(Category("c", [.. Enumerable.Range(0, 32).Select(i => $"level{i:d2}")]));

        Fit(frame).Features.Count.ShouldBe(32);
    }

    [Fact]
    public void A_feature_is_rounded_once_at_the_end()
    {
        var frame = Frame(Number("a", 0.7, 1), Number("b", 34, 7));

        var pipeline = Fit(frame, transforms: [new("ratio", "a / b")]);

        Rows(pipeline, frame)[0][2].ShouldBe((float)(0.7 / 34));
        ((float)(0.7 / 34)).ShouldNotBe(0.7f / 34f); // or the test could not tell
    }

    [Fact]
    public void What_is_too_large_for_a_float_keeps_its_order_and_infinity_is_missing()
    {
        var frame = Frame(Number("x", 1, 1e300, -1e300), Number("y0", 1, 0, 2));

        var rows = Rows(Fit(frame, transforms: [new("ratio", "x / y0")]), frame);

        rows.Select(row => row[0]).ShouldBe([1, float.MaxValue, float.MinValue]);
        float.IsNaN(rows[1][2]).ShouldBeTrue();
    }

    [Fact]
    public void Transforms_build_on_transforms_and_leave_nothing_behind_that_is_not_needed()
    {
        var frame = Frame(Number("a", 1, 2), Number("flat", 5, 5), Category("c", "u", "v"));
        Transform[] transforms = [new("twice", "a * 2"), new("zero", "twice * 0"), new("four", "twice * 2"), new("kind", "if(four > 5, c, 'small')")];

        var pipeline = Fit(frame, transforms: transforms);

        pipeline.Features.ShouldBe(["a", "c=u", "c=v", "twice", "four", "kind=small", "kind=v"]);
        pipeline.Transforms.Select(t => t.Name).ShouldBe(["twice", "four", "kind"]);
        Rows(pipeline, frame).ShouldBe([[1, 1, 0, 2, 4, 1, 0], [2, 0, 1, 4, 8, 0, 1]]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_saved_pipeline_reads_back_to_the_same_bytes_and_features(bool dense)
    {
        var frame = Frame(Number("x", 0.1, Missing, 1e-300, 7), Category("c", "ä", "\"b\"", null, "日本"), Number("z", 1, 2, 3, 4));
        var pipeline = Fit(frame, dense, transforms: [new("t", "log(z) * x")]);

        var read = Pipeline.Load(pipeline.Save());

        read.Save().ShouldBe(pipeline.Save());
        read.Features.ShouldBe(pipeline.Features);
        Rows(read, frame).ShouldBe(Rows(pipeline, frame));
    }

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("{}", "cannot be read")]
    [InlineData("""{"format":2,"dense":false,"inputs":[],"transforms":[],"texts":[],"steps":[],"dropped":[]}""", "format 2; this binary reads format 1")]
    [InlineData("""{"format":1,"dense":false,"inputs":[],"transforms":[],"texts":["a","a"],"steps":[],"dropped":[]}""", "twice")]
    [InlineData("""{"format":1,"dense":false,"inputs":[],"transforms":[],"texts":[],"steps":[{"source":"x","kind":"number","levels":[],"missing_feature":false,"scaling":null}],"dropped":[]}""", "no input or transform")]
    [InlineData("""{"format":1,"dense":false,"inputs":[],"transforms":[{"name":"t","text":"nothere + 1"}],"texts":[],"steps":[],"dropped":[]}""", "nothere")]
    public void A_broken_pipeline_is_refused_with_the_reason(string saved, string reason) =>
        Should.Throw<InvalidDataException>(() => Pipeline.Load(System.Text.Encoding.UTF8.GetBytes(saved))).Message.ShouldContain(reason);
}
