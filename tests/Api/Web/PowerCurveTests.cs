using Cairn.Client.Wire;
using Cairn.Web.Models;

namespace Cairn.Api.Tests.Web;

public class PowerCurveTests
{
    private static readonly GateComparisonWire Compared = ServingSample.Compared().Checks[1].Comparison!;

    [Fact]
    public void The_curve_goes_through_what_the_gate_said_of_its_rows()
    {
        var now = PowerCurve.At(Compared, Compared.Rows);

        now.NotWorse.ShouldBe(Compared.Power!.Value, 0.001);
        PowerCurve.At(Compared, Compared.RowsForPower!.Value).NotWorse.ShouldBe(0.8, 0.001);
        PowerCurve.At(Compared, Compared.RowsToTell!.Value).Better!.Value.ShouldBe(0.8, 0.001);
    }

    [Fact]
    public void It_rises_and_shows_both_answers_in_most_cases()
    {
        var points = PowerCurve.Of(Compared);

        points.Zip(points.Skip(1)).ShouldAllBe(pair => pair.First.Rows < pair.Second.Rows && pair.First.NotWorse < pair.Second.NotWorse && pair.First.Better < pair.Second.Better);
        points[^1].Better!.Value.ShouldBeGreaterThan(0.8);
        points[0].Rows.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_gain_too_small_for_any_data_does_not_stretch_the_axis()
    {
        var points = PowerCurve.Of(Compared with { Difference = 1e-7, RowsToTell = 9_000_000_000_000 });

        points[^1].Rows.ShouldBe(Compared.Rows * 10, 1e-6);
        PowerCurve.Of(Compared with { Difference = -0.001 }).ShouldAllBe(point => point.Better == null);
    }
}
