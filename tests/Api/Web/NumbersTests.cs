using Cairn.Web.Components;
using Cairn.Web.Runs;

namespace Cairn.Api.Tests.Web;

public sealed class NumbersTests
{
    [Theory]
    [InlineData(0.128, "0.13")]
    [InlineData(1.0, "1.00")]
    [InlineData(0.0042, "0.004")]
    [InlineData(0.0009, "< 0.001")]
    [InlineData(double.NaN, "–")]
    [InlineData(null, "–")]
    public void A_p_value_has_two_decimals_while_they_say_something(double? p, string text) => Format.P(p).ShouldBe(text);

    [Theory]
    [InlineData(new[] { 0.84481, 0.9 }, new[] { "0.8448", "0.9000" })]
    [InlineData(new[] { 0.84481, 0.84483, 0.9 }, new[] { "0.84481", "0.84483", "0.90000" })]
    [InlineData(new[] { 1234567.1, 1234567.4 }, new[] { "1,234,567.1", "1,234,567.4" })]
    [InlineData(new[] { 1234567.101, 1234567.104 }, new[] { "1,234,567.101", "1,234,567.104" })]
    [InlineData(new[] { 12345678901.0, 12345678902.0 }, new[] { "12,345,678,901", "12,345,678,902" })]
    [InlineData(new[] { -12.34561, -12.34562 }, new[] { "−12.34561", "−12.34562" })]
    [InlineData(new[] { 1.23456e-7, 1.23457e-7 }, new[] { "1.23456e−07", "1.23457e−07" })]
    [InlineData(new[] { 1.23456e20, 1.23457e20 }, new[] { "1.23456e20", "1.23457e20" })]
    [InlineData(new[] { 0.3, 0.30000000000000004 }, new[] { "0.3", "0.30000000000000004" })]
    [InlineData(new[] { 0.84481, 0.84483, double.NaN, double.MaxValue }, new[] { "0.84481", "0.84483", "not a number", "infinite" })]
    public void Values_beside_each_other_that_differ_look_different(double[] values, string[] texts)
    {
        var text = MetricText.Apart([.. values.Select(value => (double?)value), null]);

        values.Select(value => text(value)).ShouldBe(texts);
        text(null).ShouldBe("–");
    }

    [Fact]
    public void Metrics_that_are_numbered_stand_in_the_order_of_their_numbers() =>
        MetricSense.Ordered(["class_10/recall", "class_2/recall", "b", "class_01/recall", "class_2", "roc_auc", "class_1/recall"])
            .ShouldBe(["roc_auc", "b", "class_01/recall", "class_1/recall", "class_2", "class_2/recall", "class_10/recall"]);

    [Theory]
    [InlineData(0L, "0 ms")]
    [InlineData(42L, "42 µs")]
    [InlineData(400L, "0.4 ms")]
    [InlineData(9_949L, "9.9 ms")]
    [InlineData(9_950L, "10 ms")]
    [InlineData(37_200L, "37 ms")]
    [InlineData(999_400L, "999 ms")]
    [InlineData(2_940_000L, "2.9 s")]
    [InlineData(126_000_000L, "2m 06s")]
    public void A_duration_has_a_decimal_where_it_says_something(long micros, string text) => Format.Duration(micros).ShouldBe(text);

    [Theory]
    [InlineData("log_loss", "Log loss")]
    [InlineData("accuracy", "Accuracy")]
    [InlineData("roc_auc", "ROC AUC")]
    [InlineData("cv.log_loss", "cv log loss")]
    [InlineData("my_metric", "my_metric")]
    public void A_metric_that_begins_a_tile_begins_with_a_capital_where_Cairn_named_it(string key, string text) => Format.Heading(key).ShouldBe(text);

    [Theory]
    [InlineData("difference -0.0007, at least -.002 at 95 %", "difference −0.0007, at least −.002 at 95 %")]
    [InlineData("from -1.2e-07 to (-3) or [-4, 5]", "from −1.2e−07 to (−3) or [−4, 5]")]
    [InlineData("run 9f3c1a7e-4b12-4d7e-9c1e-5b2f6a7e0012 with lr-1e-5, 1e-5 and model-7e-2", "run 9f3c1a7e-4b12-4d7e-9c1e-5b2f6a7e0012 with lr-1e-5, 1e−5 and model-7e-2")]
    [InlineData("run-5 of 2026-11-27, rows 10-20, not_worse_than, v-2.1 -x", "run-5 of 2026-11-27, rows 10-20, not_worse_than, v-2.1 -x")]
    public void A_negative_number_in_a_sentence_of_the_server_has_a_minus(string said, string shown) => Format.Said(said, 200).ShouldBe(shown);

    [Theory]
    [InlineData("files.replace", "files/shared/a.txt", "{}", "shared/a.txt replaced")]
    [InlineData("bin.purge", "runs/01a21bb83232", """{"name":"odd-newt"}""", "Run odd-newt purged")]
    [InlineData("bin.purge", "logged-models/m-1", "{}", "Logged model m-1 purged")]
    [InlineData("model.describe", "models/churn/versions/3", """{"description":"x"}""", "Description of churn v3 changed")]
    [InlineData("experiment.tag", "experiments/7", """{"name":"not its own"}""", "Tags of experiment 7 changed")]
    [InlineData("flow.start", "flow-runs/01a2", """{"flow":"retroactive-shadow","subject":"churn"}""", "Retroactive shadow of churn started")]
    public void What_happened_is_said_in_words(string action, string subject, string detail, string words) =>
        new Change(new(1, 1, "ada", action, subject, detail)).Title.ShouldBe(words);
}
