using System.Net;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Serving;

public class PredictionListTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Predictions_are_listed_newest_first_from_blocks_and_segments_page_by_page()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        var first = await Predict(host, 30);
        await LateClock.Seal(host.Services);
        var second = await Predict(host, 30);

        var (listed, path) = (new List<LoggedPredictionWire>(), "/api/v1/predictions?deployment=coffee&limit=25");
        for (string? token = ""; token is not null;)
        {
            var page = await List(host, $"{path}{token}");
            listed.AddRange(page.Items);
            token = page.NextPageToken is { } next ? $"&page_token={next}" : null;
        }

        listed.Select(prediction => prediction.PredictionId).ShouldBe(second.Concat(first).Select(prediction => prediction.PredictionId).OrderDescending(StringComparer.Ordinal));
        listed.ShouldAllBe(prediction => prediction.Features == null && prediction.Model == "coffee" && prediction.Caller == "local-admin");
        listed.Select(prediction => prediction.Probability).ShouldBe(second.Concat(first).OrderByDescending(p => p.PredictionId, StringComparer.Ordinal).Select(p => p.Probability));
    }

    [Fact]
    public async Task A_list_is_narrowed_by_time_deployment_and_version()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await host.Deploy("tea", "tea", seed: 2);
        var ids = (await Predict(host, 5)).Select(prediction => prediction.PredictionId).ToList();
        var tea = await ServingHost.Read<PredictionWire>(await host.Post("/api/v1/deployments/tea/predict", CoffeeModel.Row));
        var micros = Convert.ToInt64(ids[0][..12], 16) * 1000;

        (await List(host, "/api/v1/predictions?deployment=tea")).Items.ShouldHaveSingleItem().PredictionId.ShouldBe(tea.PredictionId);
        (await List(host, "/api/v1/predictions?deployment=coffee&version=2")).Items.ShouldBeEmpty();
        (await List(host, "/api/v1/predictions?deployment=coffee&version=1&variant=champion&shadow=false")).Items.Count.ShouldBe(5);
        (await List(host, "/api/v1/predictions?shadow=true")).Items.ShouldBeEmpty();
        (await List(host, $"/api/v1/predictions?to={micros}")).Items.ShouldBeEmpty();
        (await List(host, $"/api/v1/predictions?from={micros}")).Items.Count.ShouldBe(6);
        (await List(host, "/api/v1/predictions?entity=nobody")).Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_entity_is_found_in_blocks_and_in_segments()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await host.LogAbout("C-7", "C-8");
        await LateClock.Seal(host.Services);
        await host.LogAbout("C-8", "C-7");

        var found = (await List(host, "/api/v1/predictions?entity=C-7")).Items;

        found.Select(prediction => prediction.Entity).ShouldBe(["C-7", "C-7"]);
    }

    [Theory]
    [InlineData("/api/v1/predictions?limit=0", "request.limit")]
    [InlineData("/api/v1/predictions?limit=1001", "request.limit")]
    [InlineData("/api/v1/predictions?from=5&to=5", "prediction.range-invalid")]
    [InlineData("/api/v1/predictions?from=-1", "prediction.range-invalid")]
    [InlineData("/api/v1/predictions?entity=a%00b", "request.malformed")]
    [InlineData("/api/v1/predictions?page_token=bm9uZQ", "request.page-token")]
    [InlineData("/api/v1/predictions?version=two", "request.malformed")]
    [InlineData("/api/v1/predictions/segments?limit=0", "request.limit")]
    [InlineData("/api/v1/predictions/segments?page_token=bm9uZQ", "request.page-token")]
    [InlineData("/api/v1/predictions/export?deployment=coffee&format=xlsx", "prediction.format-unknown")]
    [InlineData("/api/v1/predictions/export", "request.malformed")]
    public async Task What_cannot_be_listed_is_refused(string path, string code)
    {
        await using var host = await ServingHost.Start();

        var answer = await host.Http.GetAsync(path, Cancelled);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ServingHost.ProblemOf(answer)).Code.ShouldBe(code);
    }

    [Fact]
    public async Task Segments_are_listed_with_the_path_of_their_file()
    {
        await using var host = await ServingHost.Start();
        await host.Deploy("coffee");
        await host.Deploy("tea", "tea", seed: 2);
        await Predict(host, 30);
        await ServingHost.Read<PredictionWire>(await host.Post("/api/v1/deployments/tea/predict", CoffeeModel.Row));
        await LateClock.Seal(host.Services);

        var first = await ServingHost.Read<Page<PredictionSegmentWire>>(await host.Http.GetAsync("/api/v1/predictions/segments?limit=1", Cancelled));
        var second = await ServingHost.Read<Page<PredictionSegmentWire>>(await host.Http.GetAsync($"/api/v1/predictions/segments?limit=1&page_token={first.NextPageToken}", Cancelled));

        second.NextPageToken.ShouldBeNull();
        var segments = first.Items.Concat(second.Items).OrderBy(segment => segment.Deployment, StringComparer.Ordinal).ToList();
        segments.Select(segment => (segment.Deployment, segment.Rows)).ShouldBe([("coffee", 30), ("tea", 1)]);
        foreach (var segment in segments)
        {
            segment.Path.ShouldBe(Path.Combine(host.Home, "blobs", segment.Blob[..2], segment.Blob));
            new FileInfo(segment.Path!).Length.ShouldBe(segment.Bytes);
        }
    }

    private static async Task<IReadOnlyList<PredictionWire>> Predict(ServingHost host, int rows)
    {
        var body = string.Join(',', Enumerable.Range(0, rows).Select(i => $$"""{"age": {{20 + i}}, "cups": {{i % 9}}, "roast": "light", "member": false}"""));
        return (await ServingHost.Read<PredictionsWire>(await host.Post("/api/v1/deployments/coffee/predict", $$"""{"rows": [{{body}}]}"""))).Predictions;
    }

    private static async Task<Page<LoggedPredictionWire>> List(ServingHost host, string path) => await ServingHost.Read<Page<LoggedPredictionWire>>(await host.Http.GetAsync(path, Cancelled));
}
