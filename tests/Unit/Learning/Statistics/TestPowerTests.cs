using Cairn.Learning.Statistics;

namespace Cairn.Unit.Tests.Learning.Statistics;

public class TestPowerTests
{
    /// <summary>By the normal distribution of Python's <c>statistics</c>.</summary>
    [Theory]
    [InlineData(0.004, 0.01, 1409, 0.803764940015494, 1393.7957023865356)]
    [InlineData(0.01, 0.01, 500, 0.25951102284144445, 3091.278616009882)]
    [InlineData(0.0315, 0.02, 200, 0.15626369739700285, 3067.321206735805)]
    public void Power_and_rows_are_those_of_another_implementation(double standardError, double margin, int rows, double power, double needed)
    {
        TestPower.OfEquals(standardError, margin).ShouldBe(power, 1e-12);
        TestPower.RowsFor(standardError, rows, margin).ShouldBe(needed, 1e-8);
    }

    [Fact]
    public void With_the_rows_it_asks_for_the_power_is_80_percent()
    {
        var rows = TestPower.RowsFor(0.01, 500, 0.01);

        TestPower.OfEquals(0.01 * Math.Sqrt(500 / rows), 0.01).ShouldBe(0.8, 1e-9);
    }

    [Fact]
    public void What_is_detectable_passes_in_80_percent_of_the_cases()
    {
        var areas = new DeLong(0.85, 0.84, 0.0004, 0.0004, 0.00035);

        var told = TestPower.Describe(areas, 1000, 0.01, "v1");

        told.RowsToTell.ShouldBe(7849); // 1000 (1.959964 + 0.841621)^2, as difference and standard error are the same
        told.AtLeast.ShouldBe(0.01 - 1.6448536269514722 * 0.01, 1e-12);
        TestPower.OfEquals(told.StandardError, told.Detectable).ShouldBe(0.8, 1e-12); // a truth that far above the allowed loss
    }

    [Fact]
    public void Two_that_rank_all_pairs_alike_always_pass() => TestPower.OfEquals(0, 0.01).ShouldBe(1);
}
