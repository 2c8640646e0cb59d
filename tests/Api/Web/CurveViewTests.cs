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

        var smoothed = new CurveView(false, false, 0.9).Smoothed([.. logged.Select((value, step) => new MetricPoint("loss", value, step))]);

        smoothed.Select(point => point.Value).Zip(expected).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
        smoothed.Select(point => point.Step).ShouldBe([0, 1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public void A_point_that_is_no_number_neither_changes_nor_is_changed()
    {
        var smoothed = new CurveView(false, false, 0.5).Smoothed([new("loss", 1, 0), new("loss", double.NaN, 1), new("loss", 2, 2)]);

        smoothed[1].Value.ShouldBe(double.NaN);
        smoothed[2].Value.ShouldBe(((0.25 * 1) + (0.5 * 2)) / 0.75, 1e-12);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("smooth=0.9&x=time", "&x=time&smooth=0.9")]
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
    public async Task A_smoothed_curve_lies_over_the_points_as_they_were_logged()
    {
        await using var host = await PageHost.Start(Sample.Api());

        var page = await host.Open($"/runs/{RunSample.Judged}/curves?curves=now&metric=trial.roc_auc&smooth=0.5");

        var option = System.Text.Json.JsonDocument.Parse(page.QuerySelector("figure.chart script")!.TextContent).RootElement;
        option.GetProperty("series").EnumerateArray().Select(line => line.GetProperty("name").GetString()).ShouldBe(["trial.roc_auc, as logged", "trial.roc_auc"]);
        page.QuerySelector("figure.chart thead")!.TextContent.ShouldContain("Smoothed");
    }
}
