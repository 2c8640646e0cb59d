using Cairn.Client.Wire;
using Cairn.Learning;
using Cairn.Learning.Gates;

namespace Cairn.Unit.Tests.Learning.Gates;

public class GateTests
{
    private static readonly Evaluation Good = new(
        Of(("roc_auc", 0.84), ("log_loss", 0.42)), Of(("roc_auc", 0.85), ("log_loss", 0.41)), Of(("log_loss", new Interval(0.4, 0.44))),
        0.5, "", true, "ROC AUC 0.850 against 0.743 for Contract alone", null, Of<byte[]>());

    [Theory]
    [InlineData("roc_auc >= 0.83", "roc_auc >= 0.83")]
    [InlineData("  roc_auc>=0.83 ", "roc_auc>=0.83")]
    [InlineData("test.log_loss <= 4.5e-1", "test.log_loss <= 4.5e-1")]
    [InlineData("not_worse_than   champion", "not_worse_than champion")]
    [InlineData("not_worse_than champion margin 0.02", "not_worse_than champion margin 0.02")]
    public void These_are_gates(string text, string tidy) => Gate.Parse(text).Value.Text.ShouldBe(tidy);

    [Theory]
    [InlineData("auc >= 0.8", "there is no metric 'auc'")]
    [InlineData("roc_auc = 0.8", "neither")]
    [InlineData("roc_auc >= high", "'high' is no number")]
    [InlineData("roc_auc >= NaN", "'NaN' is no number")]
    [InlineData("not_worse_than champion margin 0", "the margin is '0'")]
    [InlineData("not_worse_than challenger", "neither")]
    [InlineData("better_than champion", "neither")]
    [InlineData("", "neither")]
    public void These_are_refused_with_what_there_is(string text, string found)
    {
        var refusal = Gate.Parse(text).Refusal!;

        refusal.Code.ShouldBe("gates.invalid");
        refusal.Detail.ShouldContain(found);
        refusal.Detail.ShouldContain("not_worse_than champion [margin 0.01]");
        refusal.Detail.ShouldContain("roc_auc, pr_auc");
    }

    [Fact]
    public void Bounds_read_out_of_fold_estimates_unless_the_test_split_is_named()
    {
        var verdict = Decide(Good, "roc_auc >= 0.845", "test.roc_auc >= 0.845", "test.log_loss < 0.43");

        verdict.Verdict.ShouldBe(Verdict.Refused);
        verdict.Checks.Select(c => c.Passed).ShouldBe([true, true, false, true]);
        verdict.Checks[2].Detail.ShouldBe("roc_auc is 0.84 on the test split; asked for >= 0.845");
        verdict.Checks[3].Detail.ShouldContain("(95 % 0.4 to 0.44)");
        verdict.Summary.ShouldStartWith("1 of 4 gates refuse: test.roc_auc >= 0.845");
    }

    [Theory]
    [InlineData("roc_auc >= 0.85", true)]
    [InlineData("roc_auc > 0.85", false)]
    [InlineData("log_loss <= 0.41", true)]
    [InlineData("log_loss < 0.41", false)]
    public void A_value_on_the_bound_is_judged_by_the_sign(string gate, bool passed) => Decide(Good, gate).Checks[1].Passed.ShouldBe(passed);

    [Fact]
    public void No_signal_is_asked_first_and_outweighs_everything()
    {
        var verdict = Decide(Good with { Signal = false, SignalDetail = "no gain over Contract alone" }, "roc_auc >= 0.1");

        verdict.Verdict.ShouldBe(Verdict.NoSignal);
        verdict.Summary.ShouldBe("no gain over Contract alone");
        verdict.Checks[0].ShouldBe(new(Verdict.HonestBaseline, false, "no gain over Contract alone"));
        verdict.Checks[1].Passed.ShouldBeTrue();
    }

    [Fact]
    public void A_cost_without_costs_fails_and_says_what_is_missing() => Decide(Good, "cost_per_row <= 3").Checks[1].Detail.ShouldContain("decide.cost_false_negative");

    [Fact]
    public void All_gates_passed_is_passed()
    {
        var verdict = Decide(Good, "roc_auc >= 0.8");

        verdict.Verdict.ShouldBe(Verdict.Passed);
        verdict.Summary.ShouldBe("Both gates pass: ROC AUC 0.850 against 0.743 for Contract alone");
        verdict.DecidedAt.ShouldBeGreaterThan(1_700_000_000_000_000);
    }

    [Fact]
    public void Where_nothing_serves_there_is_nothing_to_be_worse_than()
    {
        var prepared = Training.Prepare(Examples.Frame(), Examples.Task()).Value;

        var verdict = Gate.Decide([new("not_worse_than champion")], prepared, Examples.Train(prepared), Good, champion: null, TimeProvider.System);

        verdict.Checks[1].ShouldBe(new("not_worse_than champion", true, "nothing serves yet: this is the first version"));
    }

    private static Dictionary<string, T> Of<T>(params (string Name, T Value)[] values) => values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);

    private static GateVerdictWire Decide(Evaluation evaluation, params string[] gates) =>
        Verdict.Of([.. gates.Select(g => Gate.Parse(g).Value)], evaluation, _ => throw new InvalidOperationException(), TimeProvider.System);
}
