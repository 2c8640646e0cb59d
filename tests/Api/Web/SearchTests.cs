using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

public class SearchTests
{
    [Fact]
    public async Task What_is_typed_is_asked_of_the_server_and_the_nearest_names_come_first()
    {
        var api = Sample.Api().With("models", new Page<ModelWire>([.. Enumerable.Range(0, 12).Select(i => Model(new string('a', 12 - i) + "-churn"))], "more"));
        await using var host = await PageHost.Start(api);

        var page = await host.Open("/search?q=Churn%25");

        api.Asked.Where(asked => asked.Contains("name=", StringComparison.Ordinal)).Select(asked => asked.Split('?')[0]).ShouldBe(["projects", "models", "deployments", "datasets", "runs"], ignoreOrder: true);
        api.Asked.Where(asked => asked.Contains("name=", StringComparison.Ordinal)).ShouldAllBe(asked => asked.Contains("name=Churn%25", StringComparison.Ordinal));
        page.QuerySelectorAll("a[href^='/models/'] b").Select(name => name.TextContent).ShouldBe([.. Enumerable.Range(1, 8).Select(i => new string('a', i) + "-churn")]);
    }

    [Theory]
    [InlineData("audit", "/system/audit", "System")]
    [InlineData("Experim", "/experiments", "Runs")]
    [InlineData("storage", "/system/storage", "System")]
    public async Task A_page_behind_the_first_of_its_area_is_found_by_its_name(string text, string path, string area)
    {
        await using var host = await PageHost.Start(Sample.Api());

        (await host.Open($"/search?q={text}&part=hits")).QuerySelector($"a[href='{path}'] small")!.TextContent.ShouldBe(area);
    }

    [Fact]
    public async Task Nothing_typed_asks_nothing_and_one_list_that_is_denied_takes_nothing_from_the_others()
    {
        var api = Sample.Api().Refusing("models", 403, "access.denied", "No.").With("datasets", new Page<DatasetWire>([new("churn", 1, "ab", 3, 1, 0)]));
        await using var host = await PageHost.Start(api);

        await host.Open("/search");
        api.Asked.ShouldBe(["about"]);

        (await host.Open("/search?q=churn&part=hits")).QuerySelectorAll("h2").ShouldContain(kind => kind.TextContent == "Datasets");
    }

    [Fact]
    public async Task Whom_predictions_are_about_is_looked_for_in_a_part_of_its_own_that_waits_for_who_still_types()
    {
        var api = Sample.Api().With("predictions", new Page<LoggedPredictionWire>([ServingSample.Prediction() with { Entity = "<b>7590" }]));
        await using var host = await PageHost.Start(api);

        var page = await host.Open("/search?q=%3Cb%3E7590");

        api.Asked.ShouldNotContain(asked => asked.StartsWith("predictions", StringComparison.Ordinal));
        var part = page.QuerySelector("[data-part]")!;
        part.GetAttribute("data-part").ShouldBe("/search?part=about&q=%3Cb%3E7590");
        int.Parse(part.GetAttribute("data-every")!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(100);
        part.QuerySelector("noscript")!.InnerHtml.ShouldContain("/search?about=now&amp;q=%3Cb%3E7590");

        var about = await host.Open(part.GetAttribute("data-part")!);
        api.Asked.ShouldContain(asked => asked.StartsWith("predictions?entity=%3Cb%3E7590", StringComparison.Ordinal));
        about.QuerySelector($"a[href='/predictions/{ServingSample.Prediction().PredictionId}'] small")!.TextContent.ShouldStartWith("about <b>7590, by");
        var waited = await host.Open("/search?about=now&q=%3Cb%3E7590");
        waited.QuerySelectorAll($"a[href='/predictions/{ServingSample.Prediction().PredictionId}']").ShouldHaveSingleItem();
        waited.QuerySelector("[data-part]").ShouldBeNull();
    }

    [Fact]
    public async Task A_text_nobody_is_called_says_so_and_an_id_is_no_such_text()
    {
        await using var host = await PageHost.Start(Sample.Api());

        (await host.Open("/search?part=about&q=nobody")).Body!.TextContent.ShouldContain("No prediction is about “nobody”.");
        (await host.Open($"/search?q={new string('a', 32)}")).QuerySelector("[data-part]").ShouldBeNull();
    }

    [Theory]
    [InlineData("/projects", "projects")]
    [InlineData("/models", "models")]
    [InlineData("/deployments", "deployments")]
    [InlineData("/datasets", "datasets")]
    public async Task A_list_is_filtered_by_a_part_of_the_name_also_in_its_export(string path, string asked)
    {
        var api = new FakeApi();
        await using var host = await PageHost.Start(api);

        var page = await host.Open($"{path}?name=%3Cb%3E");

        page.QuerySelector("input[type=search][name=name]")!.GetAttribute("value").ShouldBe("<b>");
        page.QuerySelector("[data-state=none] a")!.GetAttribute("href").ShouldBe(path);
        api.Asked.ShouldContain(question => question.StartsWith($"{asked}?name=%3Cb%3E&", StringComparison.Ordinal));
        using var csv = await host.Http.GetAsync($"{path}?name=x&format=csv");
        await csv.Content.ReadAsStringAsync();
        api.Asked.ShouldContain(question => question.StartsWith($"{asked}?name=x&", StringComparison.Ordinal));
    }

    private static ModelWire Model(string name) => new(name, "", 0, 0, new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, long>(StringComparer.Ordinal), null, 1);
}
