using Cairn.Client.Wire;
using Cairn.Web.Runs;

namespace Cairn.Api.Tests.Web;

public sealed class CurveViewTests
{
    /// <summary>Expected: <c>pandas.Series([1, 4, 2, 8, 5, 7.5, -3]).ewm(alpha=0.1, adjust=True).mean()</c>, pandas 1.5.</summary>
    [Fact]
    public void Smoothing_is_an_exponential_moving_average_without_its_bias_at_the_beginning()
    {
        double[] logged = [1, 4, 2, 8, 5, 7.5, -3];
        double[] expected = [1.0, 2.578947368421053, 2.365313653136532, 4.0037801686536785, 4.247051354057287, 4.941296613660179, 3.4191096430134302];

        var smoothed = new CurveView(CurveView.Along.Step, false, 0.9).Smoothed([.. logged.Select((value, step) => new MetricPoint("loss", value, step))]);

        smoothed.Select(point => point.Value).Zip(expected).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
        smoothed.Select(point => point.Step).ShouldBe([0, 1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public void A_point_that_is_no_number_neither_changes_nor_is_changed()
    {
        var smoothed = new CurveView(CurveView.Along.Step, false, 0.5).Smoothed([new("loss", 1, 0), new("loss", double.NaN, 1), new("loss", 2, 2)]);

        smoothed[1].Value.ShouldBe(double.NaN);
        smoothed[2].Value.ShouldBe(((0.25 * 1) + (0.5 * 2)) / 0.75, 1e-12);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("smooth=0.9&x=time", "&x=time&smooth=0.9")]
    [InlineData("x=relative&y=log", "&x=relative&y=log")]
    [InlineData("smooth=7&y=log", "&y=log&smooth=0.99")]
    [InlineData("smooth=-1", "")]
    [InlineData("smooth=NaN", "")]
    [InlineData("smooth=much", "")]
    public async Task The_address_says_how_curves_are_seen_and_says_it_again_to_the_part_that_draws_them(string asked, string again)
    {
        await using var host = await PageHost.Start(Sample.Api());

        var page = await host.Open($"/runs/compare?ids={RunSample.Judged},{RunSample.Other}&{asked}");

        page.QuerySelector("[data-part]")!.GetAttribute("data-part").ShouldBe($"/runs/compare?ids={RunSample.Judged}%2C{RunSample.Other}&curve=trial.roc_auc{again}&part=curves");
    }

    [Fact]
    public void What_cannot_be_drawn_is_a_gap_and_is_counted()
    {
        MetricPoint[] points = [new("loss", 1, 0), new("loss", double.NaN, 1), new("loss", double.MaxValue, 2), new("loss", 0, 3), new("loss", 4, 4)];

        var linear = RunCurves.Of("loss", points, new CurveView(CurveView.Along.Step, false, 0));
        var log = RunCurves.Of("loss", points, new CurveView(CurveView.Along.Step, true, 0));

        linear.Points.Select(point => point.Step).ShouldBe([0, 1, 3, 4], "one gap for each stretch that cannot be drawn");
        linear.Gaps.ShouldBe("gaps: 1 not a number, 1 infinite");
        log.Points.Select(point => point.Step).ShouldBe([0, 1, 4]);
        log.Gaps.ShouldBe("gaps: 1 not a number, 1 infinite, 1 of 0 or less");
        var json = System.Text.Json.JsonSerializer.Serialize(RunCurves.Option([log], new CurveView(CurveView.Along.Step, true, 0)));
        json.ShouldContain("\"data\":[[0,1],[1,null],[4,4]]");
    }

    [Fact]
    public void A_long_history_is_thinned_to_both_ends_and_keeps_its_gaps()
    {
        var points = Enumerable.Range(0, 10_000).Select(step => new MetricPoint("loss", step is > 4_000 and < 4_010 ? double.NaN : step, step)).ToArray();

        var thinned = RunCurves.Thinned(points, new CurveView(CurveView.Along.Step, false, 0));

        thinned.Count.ShouldBe(201);
        (thinned[0].Step, thinned[^1].Step).ShouldBe((0, 9_999));
        thinned.Single(point => double.IsNaN(point.Value)).Step.ShouldBe(4_001);
    }

    [Fact]
    public void By_the_clock_a_curve_lies_at_its_milliseconds_and_its_table_says_the_time()
    {
        var view = new CurveView(CurveView.Along.Time, false, 0);
        MetricPoint[] points = [new("loss", 2, 0, 1_700_000_000_000_000), new("loss", 1, 1, 1_700_000_001_500_000)];

        points.Select(point => view.At(point, points[0])).ShouldBe([1_700_000_000_000, 1_700_000_001_500]);
        RunCurves.Rows([RunCurves.Of("loss", points, view)], view).Select(row => row[0]).ShouldBe(["2023-11-14T22:13:20.000Z", "2023-11-14T22:13:21.500Z"]);
        (view with { Axis = CurveView.Along.Relative }).At(points[1], points[0]).ShouldBe(1.5);
    }

    [Fact]
    public async Task A_smoothed_curve_lies_over_the_points_as_they_were_logged()
    {
        await using var host = await PageHost.Start(Sample.Api());

        var page = await host.Open($"/runs/{RunSample.Judged}/curves?curves=now&metric=trial.roc_auc&smooth=0.5");

        var option = System.Text.Json.JsonDocument.Parse(page.QuerySelector("figure.chart script")!.TextContent).RootElement;
        option.GetProperty("series").EnumerateArray().Select(line => line.GetProperty("name").GetString()).ShouldBe(["trial.roc_auc, as logged", "trial.roc_auc"]);
        page.QuerySelector("figure.chart thead")!.TextContent.ShouldContain("Smoothed");
    }
}
