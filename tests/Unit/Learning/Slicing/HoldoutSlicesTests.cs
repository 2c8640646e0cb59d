using System.Text;
using Cairn.Client.Wire;
using Cairn.Data;
using Cairn.Learning;
using Cairn.Learning.Slicing;

namespace Cairn.Unit.Tests.Learning.Slicing;

public class HoldoutSlicesTests
{
    [Fact]
    public void Every_row_is_in_one_slice_of_each_feature_and_the_same_rows_give_the_same_bytes()
    {
        var frame = Examples.Frame(1500);
        var missing = frame["noise"] is NumberColumn noise ? noise with { Values = [.. noise.Values.Select((value, i) => i % 5 == 0 ? double.NaN : value)] } : null;
        var (file, bytes) = Slices(frame.With(missing!), Examples.Schema);

        file.Rows.ShouldBe(300);
        foreach (var feature in (string[])["x", "noise", "group"]) file.Slices.Where(slice => slice.Features.Contains(feature, StringComparer.Ordinal)).Sum(slice => slice.Rows).ShouldBe(300, feature);
        Names(file, "group").ShouldBe(["group = a", "group = b", "group = c", "group = d"], ignoreOrder: true);
        Names(file, "noise").Count.ShouldBe(6);
        Names(file, "noise")[^1].ShouldBe("noise is missing");
        Names(file, "x")[0].ShouldStartWith("x up to ");
        Names(file, "x")[4].ShouldStartWith("x over ");
        file.Slices[0].Features.ShouldBe(["x"], "the model looks at it most");
        Slices(frame.With(missing!), Examples.Schema).Bytes.ShouldBe(bytes);
        SlicesFile.Read(bytes).Slices.Count.ShouldBe(file.Slices.Count);
    }

    [Fact]
    public void A_slice_where_the_labels_mean_nothing_is_found_and_says_so_in_words()
    {
        var frame = Examples.Frame(6000, effect: 3);
        var bought = frame.Bought().Select((truth, i) => ((CategoryColumn)frame["group"]).Codes[i] == 2 ? i % 10 < 3 ? 1 : 0 : (int)truth).ToArray();
        var (file, _) = Slices(frame.With(new CategoryColumn("bought", bought, ["no", "yes"])), Examples.Schema);

        var worse = file.Slices.Where(slice => slice.Metrics["roc_auc"].Verdict == "worse").ToList();

        var words = SliceWords.Of(worse.Single(slice => slice.Rule.Name == "group = c"), "roc_auc");
        words.ShouldStartWith("group = c: ROC AUC 0.");
        words.ShouldEndWith("below the rest, sure");
        file.Slices.Where(slice => slice.Rule.Name is "group = a" or "group = b" or "group = d").ShouldAllBe(slice => slice.Metrics["roc_auc"].Verdict != "worse");
    }

    [Fact]
    public void The_rarer_values_are_one_slice_and_a_single_rarer_one_is_named()
    {
        int[] codes = [.. Enumerable.Range(0, 1300).Select(i => i % 13)];
        string[] levels = [.. Enumerable.Range(0, 13).Select(i => $"{(char)('a' + i)}")];

        var many = FeatureCut.Of(new CategoryColumn("c", codes, levels), ColumnType.Category, [.. Enumerable.Range(0, 1300)]);
        var eleven = FeatureCut.Of(new CategoryColumn("c", codes, levels), ColumnType.Category, [.. Enumerable.Range(0, 1300).Where(i => i % 13 < 11)]);

        many.Rules.Count.ShouldBe(11);
        many.Rules[10].ShouldBe(new("c is one of 3 rarer values", "other"));
        eleven.Rules.ShouldAllBe(rule => rule.Kind == "value");
    }

    [Fact]
    public void Truths_are_named_few_numbers_are_values_and_a_heavy_value_does_not_make_an_empty_slice()
    {
        int[] rows = [.. Enumerable.Range(0, 100)];
        FeatureCut Cut(ColumnType type, Func<int, double> value) => FeatureCut.Of(new NumberColumn("n", [.. rows.Select(value)]), type, rows);

        Cut(ColumnType.Boolean, i => i % 2).Rules.Select(rule => rule.Name).ShouldBe(["n = false", "n = true"]);
        Cut(ColumnType.Integer, i => i % 3).Rules.Select(rule => rule.Name).ShouldBe(["n = 0", "n = 1", "n = 2"]);
        var heavy = Cut(ColumnType.Number, i => i < 70 ? 0 : i);
        heavy.Rules.Select(rule => rule.Name).ShouldBe(["n up to 0", "n over 0 to 80", "n over 80"]);
        heavy.Part.Distinct().Count().ShouldBe(3);
        Cut(ColumnType.Number, i => i < 95 ? double.NaN : i).Rules[^1].ShouldBe(new("n is missing", "missing"));
        Cut(ColumnType.Number, _ => double.NaN).Rules.Select(rule => rule.Name).ShouldBe(["n is missing"]);
    }

    [Fact]
    public void The_same_rows_by_two_features_are_one_slice_with_both_names()
    {
        var frame = Examples.Frame(1500);
        var twin = (CategoryColumn)frame["group"] with { Name = "twin", Levels = ["A", "B", "C", "D"] };
        var schema = Examples.Schema with { Columns = [.. Examples.Schema.Columns, new("twin", ColumnType.Category)] };

        var (file, _) = Slices(frame.With(twin), schema);

        var both = file.Slices.Where(slice => slice.Features.Count == 2).ToList();
        both.Count.ShouldBe(4);
        both.SelectMany(slice => slice.Also.Prepend(slice.Rule.Name)).ShouldBe(["group = a", "group = b", "group = c", "group = d", "twin = A", "twin = B", "twin = C", "twin = D"], ignoreOrder: true);
    }

    [Fact]
    public void Personal_data_is_left_out_and_said_to_be()
    {
        var schema = Examples.Schema with { Columns = [.. Examples.Schema.Columns.Select(column => column.Name == "group" ? column with { Pii = true } : column)] };

        var (file, bytes) = Slices(Examples.Frame(1500), schema);

        file.LeftOut.ShouldHaveSingleItem().Feature.ShouldBe("group");
        Names(file, "group").ShouldBeEmpty();
        Encoding.UTF8.GetString(bytes).ShouldNotContain("group =");
    }

    [Fact]
    public void Hostile_names_are_kept_as_text_and_cut()
    {
        string[] levels = ["<script>alert(1)</script>", "\u202Eabc", new string('z', 118) + "😀" + new string('z', 9_000), "plain"];
        var frame = Examples.Frame(1500);

        var (file, bytes) = Slices(frame.With((CategoryColumn)frame["group"] with { Levels = levels }), Examples.Schema);

        Names(SlicesFile.Read(bytes), "group").ShouldBe(["group = <script>alert(1)</script>", "group = \u202Eabc", "group = " + new string('z', 118) + "…", "group = plain"], ignoreOrder: true);
        file.Slices.ShouldAllBe(slice => slice.Rule.Name.Length < 260);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"format":2,"rows":1,"positives":1,"threshold":0.5,"slices":[],"left_out":[]}""")]
    [InlineData("""{"format":1,"rows":1,"positives":1,"threshold":0.5,"slices":[null],"left_out":[]}""")]
    [InlineData("""{"format":1,"rows":1,"positives":1,"threshold":0.5,"slices":[{"features":[],"rule":{"name":"a","kind":"value"},"also":[],"rows":1,"positives":0,"predicted":0.1,"metrics":{}}],"left_out":[]}""")]
    [InlineData("""{"format":1,"rows":1,"positives":1,"threshold":0.5,"slices":[{"features":["a"],"rule":{"name":"a","kind":"value"},"also":[],"rows":1,"positives":0,"predicted":0.1,"metrics":{"roc_auc":null}}],"left_out":[]}""")]
    [InlineData("""{"format":1,"rows":1,"positives":1,"threshold":0.5,"slices":[{"features":[null],"rule":{"name":"a","kind":"value"},"also":[],"rows":1,"positives":0,"predicted":0.1,"metrics":{}}],"left_out":[]}""")]
    public void A_file_that_is_not_as_Cairn_writes_it_is_refused(string json) => Should.Throw<InvalidDataException>(() => SlicesFile.Read(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void A_gap_to_either_side_is_worse_when_it_is_the_larger_one()
    {
        SlicesFile.Worse(new SliceMetricWire(Value: -0.1, Rest: 0.02, Difference: -0.12), "calibration_gap").ShouldBe(0.08, 1e-12);
        SlicesFile.Worse(new SliceMetricWire(Value: 0.1, Rest: -0.02, Difference: 0.12), "calibration_gap").ShouldBe(0.08, 1e-12);
        SlicesFile.Worse(new SliceMetricWire(Value: 0.7, Rest: 0.8, Difference: -0.1), "roc_auc").ShouldBe(0.1, 1e-12);
        SlicesFile.Worse(new SliceMetricWire(Value: 0.3, Rest: 0.4, Difference: -0.1), "log_loss").ShouldBe(-0.1, 1e-12);
    }

    private static List<string> Names(SlicesFile file, string feature) => [.. file.Slices.Where(slice => slice.Features.Contains(feature, StringComparer.Ordinal)).Select(slice => slice.Rule.Name)];

    private static (SlicesFile File, byte[] Bytes) Slices(Frame frame, Schema schema)
    {
        var prepared = Training.Prepare(frame, Examples.Task(schema)).Value;
        var bytes = Training.Evaluate(prepared, Examples.Train(prepared), Training.FitBaseline(prepared, TestContext.Current.CancellationToken)).Artifacts[SlicesFile.Path];
        return (SlicesFile.Read(bytes), bytes);
    }
}
