using System.Net;
using System.Text;
using Cairn.Api.Tests.Tracking;
using Cairn.Client.Wire;
using Cairn.Learning.Slicing;

namespace Cairn.Api.Tests.Learning;

public sealed class SlicesOnSqlite : ListSlicesTests
{
    protected override bool Postgres => false;
}

public sealed class SlicesOnPostgres : ListSlicesTests
{
    protected override bool Postgres => true;
}

public abstract class ListSlicesTests : TrackingOn
{
    [Fact]
    public async Task Those_surely_worse_come_first_then_those_not_sure_then_better_and_last_those_with_too_few_rows()
    {
        var run = await Sliced();

        var slices = await _host.Get<RunSlicesWire>($"/api/v1/runs/{run[..8]}/slices");

        (slices.RunId, slices.Metric, slices.Rows, slices.Positives, slices.Threshold).ShouldBe((run, "roc_auc", 500, 100, 0.4));
        slices.Metrics.ShouldBe(["roc_auc", "calibration_gap"]);
        slices.Features.ShouldBe(["plan", "twin", "age"]);
        slices.Items.Select(slice => slice.Name).ShouldBe(["plan = b", "age over 30", "plan = c", "plan = a", "plan = d"]);
        (slices.Worse, slices.Better, slices.Compared, slices.TooFew).ShouldBe((1, 1, 4, 1));
        slices.Items[0].ShouldSatisfyAllConditions(
            slice => slice.Words.ShouldBe("plan = b: ROC AUC 0.700 (0.650 to 0.750), 0.100 below the rest, sure"),
            slice => (slice.Feature, slice.Kind, slice.Rows, slice.Share, slice.Positives).ShouldBe(("plan", "value", 100, 0.2, 20)),
            slice => slice.Also.ShouldBe(["twin = B"]));
        slices.Items[1].Above.ShouldBe(30);
        slices.Items[4].Words.ShouldBe("plan = d: too few rows to say (7 positives; at least 10 are needed)");
        slices.LeftOut.ShouldBe([new("name", "personal data")]);
        slices.NextPageToken.ShouldBeNull();
    }

    [Fact]
    public async Task By_another_metric_by_feature_and_page_by_page()
    {
        var run = await Sliced();

        var gaps = await _host.Get<RunSlicesWire>($"/api/v1/runs/{run}/slices?metric=calibration_gap&feature=twin");
        gaps.Items.ShouldHaveSingleItem().Words.ShouldBe("plan = b: predicted 0.300 on average, observed 0.200, gap +0.100 (+0.050 to +0.150); -0.010 in the rest, further off, sure");
        gaps.Compared.ShouldBe(1);

        var first = await _host.Get<RunSlicesWire>($"/api/v1/runs/{run}/slices?limit=3");
        var second = await _host.Get<RunSlicesWire>($"/api/v1/runs/{run}/slices?limit=3&page_token={first.NextPageToken}");
        (first.Items.Count, second.Items.Count, second.NextPageToken).ShouldBe((3, 2, null));
        second.Items[0].Name.ShouldBe("plan = a");
        second.Compared.ShouldBe(4, "the counts are of all slices");
    }

    [Fact]
    public async Task What_cannot_be_answered_is_refused_with_what_there_is()
    {
        var run = await Sliced();
        var path = $"/api/v1/runs/{run}/slices";

        (await _host.Http.GetAsync($"{path}?metric=auc").ShouldBeProblem(HttpStatusCode.BadRequest, "slices.metric-unknown")).ShouldContain("roc_auc, calibration_gap");
        (await _host.Http.GetAsync($"{path}?feature=colour").ShouldBeProblem(HttpStatusCode.BadRequest, "slices.feature-unknown")).ShouldContain("plan, twin, age");
        await _host.Http.GetAsync($"{path}?limit=0").ShouldBeProblem(HttpStatusCode.BadRequest, "request.limit");
        await _host.Http.GetAsync($"{path}?page_token=x!").ShouldBeProblem(HttpStatusCode.BadRequest, "request.page-token");
        await _host.Http.GetAsync("/api/v1/runs/ffff/slices").ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        await _host.Neighbour.GetAsync(path).ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
        (await _host.Http.GetAsync($"/api/v1/runs/{(await _host.Run()).RunId}/slices").ShouldBeProblem(HttpStatusCode.NotFound, "slices.none")).ShouldContain("Train again");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"format":9,"rows":1,"positives":1,"threshold":0.5,"slices":[],"left_out":[]}""")]
    [InlineData("\0")]
    public async Task A_file_that_somebody_else_wrote_is_said_to_be_unreadable(string content)
    {
        var run = (await _host.Run()).RunId;
        await Put(run, Encoding.UTF8.GetBytes(content));

        await _host.Http.GetAsync($"/api/v1/runs/{run}/slices").ShouldBeProblem(HttpStatusCode.Conflict, "slices.unreadable");
    }

    [Fact]
    public async Task A_run_without_any_slice_has_an_empty_list()
    {
        var run = (await _host.Run()).RunId;
        await Put(run, new SlicesFile(SlicesFile.Newest, 500, 100, 0.4, [], [new("name", "personal data")]).Write());

        var slices = await _host.Get<RunSlicesWire>($"/api/v1/runs/{run}/slices");

        (slices.Items.Count, slices.Compared, slices.LeftOut.Count).ShouldBe((0, 0, 1));
    }

    private async Task<string> Sliced()
    {
        var run = (await _host.Run("mine")).RunId;
        await Put(run, new SlicesFile(SlicesFile.Newest, 500, 100, 0.4,
        [
            Slice("plan", SliceRule.Value("plan", "a"), new(0.9, 0.85, 0.95, 0.8, 0.1, 0.05, 0.15, 0.001, 0.003, "better")),
            Slice("plan", SliceRule.Value("plan", "b"), new(0.7, 0.65, 0.75, 0.8, -0.1, -0.15, -0.05, 0.001, 0.004, "worse"), new(0.1, 0.05, 0.15, -0.01, 0.11, 0.05, 0.17, 0.001, 0.001, "worse"))
                with { Features = ["plan", "twin"], Also = ["twin = B"] },
            Slice("plan", SliceRule.Value("plan", "c"), new(0.81, 0.7, 0.9, 0.8, 0.01, -0.1, 0.1, 0.8, 0.8)),
            Slice("plan", SliceRule.Value("plan", "d"), new(Verdict: "too_few", Why: "7 positives; at least 10 are needed")),
            Slice("age", SliceRule.Range("age", 30, null), new(0.75, 0.7, 0.8, 0.8, -0.05, -0.1, 0.01, 0.1, 0.3)),
        ], [new("name", "personal data")]).Write());
        return run;
    }

    private static SavedSlice Slice(string feature, SliceRule rule, SliceMetricWire area, SliceMetricWire? gap = null)
    {
        var metrics = new Dictionary<string, SliceMetricWire>(StringComparer.Ordinal) { ["roc_auc"] = area };
        if (gap is not null) metrics["calibration_gap"] = gap;
        return new([feature], rule, [], 100, 20, 0.3, metrics);
    }

    private async Task Put(string run, byte[] content)
    {
        using var body = new ByteArrayContent(content);
        await _host.Http.PutAsync($"/api/v1/runs/{run}/artifacts/content/{SlicesFile.Path}", body).ShouldSucceed();
    }
}
