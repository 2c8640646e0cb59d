using Cairn.Learning.Gates;
using Cairn.Learning.Splits;
using Cairn.Learning.Statistics;

namespace Cairn.Unit.Tests.Learning.Gates;

public class NonInferiorityTests
{
    [Fact]
    public void The_champion_itself_is_not_worse_than_the_champion()
    {
        var (labels, champion, _) = Rows(400, 0, 1);

        var result = NonInferiority.Of(labels, champion, champion, 0.01, "v1");

        result.Passed.ShouldBeTrue();
        result.Detail.ShouldContain("difference 0.0000");
        result.Detail.ShouldEndWith("power more than 99 %, if both are equally good");
        result.Comparison!.Power.ShouldBe(1);
        result.Comparison.P.ShouldBe(1);
    }

    [Fact]
    public void A_much_worse_challenger_is_called_worse()
    {
        var (labels, champion, challenger) = Rows(2000, 3, 2);

        var result = NonInferiority.Of(labels, challenger, champion, 0.01, "v1");

        result.Passed.ShouldBeFalse();
        result.Detail.ShouldStartWith("worse: ROC AUC");
        result.Comparison!.Power!.Value.ShouldBeLessThan(0.8); // of a test that found what there was to find all the same
    }

    [Fact]
    public void Too_few_rows_to_tell_are_called_that_with_how_many_would_do()
    {
        var (labels, champion, challenger) = Rows(150, 0.5, 3);

        var result = NonInferiority.Of(labels, challenger, champion, 0.01, "v1");

        result.Passed.ShouldBeFalse();
        result.Detail.ShouldStartWith("not decided: ");
        result.Detail.ShouldContain("more labelled rows are needed");
        result.Comparison!.RowsForPower!.Value.ShouldBeGreaterThan(150);
    }

    [Fact]
    public void As_many_rows_as_it_asks_for_decide_in_about_four_of_five_cases()
    {
        var asked = Enumerable.Range(0, 20).Select(seed =>
        {
            var (labels, champion, challenger) = Twins(300, (ulong)seed);
            var comparison = DeLong.Compare(labels, challenger, champion);
            return TestPower.RowsFor(comparison.StandardError, 300, 0.02);
        }).Average();

        var passed = Enumerable.Range(100, 200).Count(seed =>
        {
            var (labels, champion, challenger) = Twins((int)asked, (ulong)seed);
            return NonInferiority.Of(labels, challenger, champion, 0.02, "v1").Passed;
        });

        passed.ShouldBeInRange(138, 180); // 160 expected of 200
    }

    [Fact]
    public void One_worse_by_the_margin_passes_one_time_in_twenty()
    {
        var margin = Enumerable.Range(0, 50).Average(seed =>
        {
            var (labels, champion, challenger) = Rows(4000, 0.5, (ulong)seed + 1000);
            return DeLong.Compare(labels, champion, challenger).Difference;
        });

        var passed = Enumerable.Range(2000, 300).Count(seed =>
        {
            var (labels, champion, challenger) = Rows(500, 0.5, (ulong)seed);
            return NonInferiority.Of(labels, challenger, champion, margin, "v1").Passed;
        });

        passed.ShouldBeInRange(4, 30); // 15 expected of 300
    }

    [Fact]
    public void A_handful_of_rows_is_no_hold_out()
    {
        var result = NonInferiority.Of([1, 0, 1, 0], [0.9, 0.1, 0.8, 0.2], [0.9, 0.1, 0.8, 0.2], 0.01, "v1");

        result.Passed.ShouldBeFalse();
        result.Detail.ShouldContain("4 rows (2 positive)");
    }

    /// <summary>A champion, and a challenger that sees the same with more noise.</summary>
    private static (float[] Labels, double[] Champion, double[] Challenger) Rows(int count, double noise, ulong seed)
    {
        var random = new SplitMix64(seed);
        var labels = Enumerable.Range(0, count).Select(_ => random.Unit() < 0.3 ? 1f : 0f).ToArray();
        var champion = labels.Select(l => l * 0.5 + random.Unit()).ToArray();
        return (labels, champion, [.. champion.Select(c => c + noise * random.Unit())]);
    }

    /// <summary>Two models equally good: the same signal, each with a noise of its own.</summary>
    private static (float[] Labels, double[] First, double[] Second) Twins(int count, ulong seed)
    {
        var random = new SplitMix64(seed);
        var labels = Enumerable.Range(0, count).Select(_ => random.Unit() < 0.3 ? 1f : 0f).ToArray();
        var signal = labels.Select(l => l * 0.5 + random.Unit()).ToArray();
        return (labels, [.. signal.Select(s => s + 0.3 * random.Unit())], [.. signal.Select(s => s + 0.3 * random.Unit())]);
    }
}
