using System.Net;
using AngleSharp.Html.Parser;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

public class DatasetPageTests
{
    [Fact]
    public async Task Datasets_lead_to_their_versions_and_these_to_what_they_hold()
    {
        await using var host = await PageHost.Start(Api());

        (await host.Open("/datasets")).QuerySelectorAll("main tbody a").Select(link => link.GetAttribute("href")).ShouldBe(["/datasets/churn", "/datasets/churn/versions/2"]);
        var versions = await host.Open("/datasets/churn");
        versions.QuerySelectorAll("[aria-label='Versions of churn'] tbody th a").Select(link => link.GetAttribute("href")).ShouldBe(["/datasets/churn/versions/2", "/datasets/churn/versions/1"]);
        versions.QuerySelector(".page-head .actions a")!.GetAttribute("href").ShouldBe("/datasets/churn/compare?a=1&b=2");
        versions.QuerySelector("#violations [data-state=well]")!.TextContent.ShouldContain("kept its contract");
    }

    [Fact]
    public async Task The_last_snapshot_that_was_refused_shows_each_violation_with_its_rows()
    {
        var problem = new Problem("about:blank", "data.contract-broken", 400, "customers.csv breaks its contract.", "data.contract-broken", null, [new("tenure", "-1 (row 7, 12)", "range: a value from 0 to 72")]);
        await using var host = await PageHost.Start(Api().With("flow-runs", new Page<FlowRunWire>([Run("failed", 900) with { Problem = problem }])));
        var page = await host.Open("/datasets/churn");

        page.QuerySelectorAll("[aria-label='Columns with violations'] tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent))).ShouldBe(["tenure|-1 (row 7, 12)|range: a value from 0 to 72"]);
        page.QuerySelector(".banner b")!.TextContent.ShouldBe("The last snapshot was refused");
    }

    [Fact]
    public async Task A_version_shows_its_profile_as_a_part_and_without_scripts_on_the_page()
    {
        await using var host = await PageHost.Start(Api());

        var page = await host.Open("/datasets/churn/versions/2");
        var part = await host.Open("/datasets/churn/versions/2?part=profile");
        var whole = await host.Open("/datasets/churn/versions/2?profile=now&order=file");

        page.QuerySelector("[data-part]")!.GetAttribute("data-part").ShouldBe("/datasets/churn/versions/2?part=profile&order=auc");
        page.QuerySelectorAll(".stones li")[0].TextContent.Trim().ShouldStartWith("churn v2");
        part.QuerySelector(".side").ShouldBeNull();
        part.QuerySelectorAll(".multiple h3 bdi").Select(name => name.TextContent).ShouldBe(["tenure", "Contract", "customerID", "Churn"]);
        whole.QuerySelectorAll(".multiple h3 bdi")[0].TextContent.ShouldBe("customerID");
        var stats = part.QuerySelectorAll(".stat").Select(stat => stat.TextContent.Trim()).ToList();
        stats.ShouldContain(stat => stat.Contains("27\u00a0%") && stat.Contains("Churn = Yes, 27 rows of 100"));
        var tenure = part.QuerySelectorAll(".multiple").Single(column => column.QuerySelector("bdi")!.TextContent == "tenure");
        tenure.QuerySelector("svg")!.GetAttribute("aria-label").ShouldBe("tenure, 0 to 72");
        tenure.QuerySelectorAll("tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent))).ShouldBe(["0 to 36|60|33\u00a0%", "36 to 72|36|19\u00a0%"]);
        tenure.TextContent.ShouldContain("4 missing, 4.0\u00a0%");
        tenure.TextContent.ShouldContain("AUC alone 0.740");
    }

    [Fact]
    public async Task The_rows_of_a_version_are_shown_page_by_page_and_personal_data_is_not()
    {
        await using var host = await PageHost.Start(Api().With("datasets/churn/versions/2/rows", new Page<DatasetRowWire>([new(1, [null, "7", "Two year", "No"]), new(2, [null, null, "<b>", "Yes"])], "more")));

        var page = await host.Open("/datasets/churn/versions/2/rows");

        page.QuerySelectorAll("main thead th").Select(cell => cell.TextContent.Trim()).ShouldBe(["Row", "tenure", "Contract", "Churn"]);
        page.QuerySelectorAll("main tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent.Trim()))).ShouldBe(["1|7|Two year|No", "2|missing|<b>|Yes"]);
        page.QuerySelector(".card-foot:not(nav)")!.TextContent.ShouldContain("Personal data is not shown: customerID.");
        page.QuerySelectorAll("main a").Select(link => link.GetAttribute("href")).ShouldContain(link => link == "/datasets/churn/versions/2/rows?earlier=first&page_token=more");
    }

    [Fact]
    public async Task The_schema_of_a_version_says_what_each_column_may_hold()
    {
        await using var host = await PageHost.Start(Api());

        (await host.Open("/datasets/churn/versions/2/schema")).QuerySelectorAll("main tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent)))
            .ShouldBe(["customerID|text|–|any|key, personal data", "tenure|integer|yes|0 to 72|–", "Contract|category|–|Month-to-month, Two year|–", "Churn|category|–|No, Yes|target"]);
    }

    [Fact]
    public async Task Two_versions_stand_side_by_side_those_columns_first_that_moved_most()
    {
        await using var host = await PageHost.Start(Api());

        var page = await host.Open("/datasets/churn/compare?a=1&b=2");
        var part = await host.Open("/datasets/churn/compare?a=1&b=2&part=profiles");

        page.QuerySelectorAll("[aria-label='Changes of the contract'] tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent))).ShouldBe(["tenure|range|any|0 to 72"]);
        page.QuerySelector(".lede")!.TextContent.ShouldBe("10 rows more.");
        page.QuerySelector("[data-part]")!.GetAttribute("data-part").ShouldBe("/datasets/churn/compare?a=1&b=2&part=profiles");
        part.QuerySelectorAll("tbody tr").Select(row => $"{row.Children[0].TextContent.Trim()} {row.Children[3].TextContent}").ShouldBe(["Contract new", "tenure +0.50 sd", "customerID –", "Churn 0.0 points"]);
        var choice = await host.Open("/datasets/churn/compare");
        choice.QuerySelector("main [data-state]")!.TextContent.ShouldContain("Choose two versions");
        choice.QuerySelectorAll("main option[selected]").Select(version => version.GetAttribute("value")).ShouldBe(["1", "2"]);
    }

    [Theory]
    [InlineData("/datasets/nothing", HttpStatusCode.NotFound, "none")]
    [InlineData("/datasets/nothing/versions/1", HttpStatusCode.NotFound, "none")]
    [InlineData("/datasets/churn/versions/9", HttpStatusCode.NotFound, "none")]
    [InlineData("/datasets/secret", HttpStatusCode.Forbidden, "denied")]
    [InlineData("/datasets/broken/versions/1", HttpStatusCode.InternalServerError, "error")]
    [InlineData("/datasets/nothing/compare?a=1&b=2", HttpStatusCode.NotFound, "none")]
    public async Task What_cannot_be_shown_is_said_with_the_status_it_has(string path, HttpStatusCode status, string state)
    {
        await using var host = await PageHost.Start(Api()
            .Refusing("datasets/secret/versions", 403, "access.permission-missing", "This needs the permission data:read.")
            .Refusing("datasets/broken/versions/1", 500, "server.fault", "A part is gone."));
        using var answer = await host.Http.GetAsync(path);

        answer.StatusCode.ShouldBe(status);
        new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync()).QuerySelector("main [data-state]")!.GetAttribute("data-state").ShouldBe(state);
    }

    [Fact]
    public async Task Without_datasets_the_page_says_what_to_type_and_a_profile_that_cannot_be_read_leaves_the_page_standing()
    {
        await using var empty = await PageHost.Start(new FakeApi());
        await using var host = await PageHost.Start(Api().Refusing("datasets/churn/versions/2/profile", 500, "server.fault", "A part was altered."));

        (await empty.Open("/datasets")).QuerySelector("main [data-state=empty] .code")!.TextContent.ShouldContain("cairn run bank");
        var page = await host.Open("/datasets/churn/versions/2?profile=now");
        page.QuerySelector("main [data-state=error]")!.TextContent.ShouldContain("A part was altered.");
        page.QuerySelector("h1")!.TextContent.ShouldBe("churn v2");
    }

    [Fact]
    public async Task Names_and_values_that_look_like_markup_are_text()
    {
        const string Evil = "<img src=x onerror=alert(1)>";
        var profile = Profile(2) with { Target = Evil, Columns = [new(Evil, "category", false, 0, 2, null, 0.6, [new(Evil, null, null, 5, 1), new("", null, null, 5, 1)]), new(new string('n', 10_000), "text", false, 0, 1, null, null, [])] };
        await using var host = await PageHost.Start(Api().With("datasets/churn/versions/2/profile", profile).With("datasets/churn/versions/2", Version(2) with { Source = "/data/" + Evil, Columns = [new(Evil, "category", false, null, null, [Evil])] }));
        foreach (var path in new[] { "/datasets/churn/versions/2?profile=now", "/datasets/churn/versions/2/schema" })
        {
            var page = await host.Open(path);

            page.QuerySelectorAll("img").ShouldBeEmpty();
            page.Body!.TextContent.ShouldContain(Evil);
        }
    }

    private static FakeApi Api() => new FakeApi()
        .With("datasets", new Page<DatasetWire>([new("churn", 2, new string('2', 64), 100, 2, 500)]))
        .With("datasets/churn/versions", new Page<DatasetVersionWire>([Version(2), Version(1)]))
        .With("datasets/churn/versions/2", Version(2))
        .With("datasets/churn/versions/2/profile", Profile(2))
        .With("datasets/churn/versions/1/profile", Profile(1))
        .With("datasets/churn/compare", new DatasetComparisonWire(Version(1), Version(2), [new("tenure", "range", "any", "0 to 72")]))
        .With("flow-runs", new Page<FlowRunWire>([Run("succeeded", 400)]));

    private static FlowRunWire Run(string state, long at) => new(new string('f', 32), "lifecycle", "projects/churn", state, at, at, at, "", [], null, null);

    private static DatasetVersionWire Version(long version) => new(
        "churn", version, new string((char)('0' + version), 64), 80 + (10 * version), 4000, version * 250, "/data/customers.csv", "customerID", "Churn",
        [new("customerID", "text", false, Pii: true), new("tenure", "integer", true, 0, 72), new("Contract", "category", false, null, null, ["Month-to-month", "Two year"]), new("Churn", "category", false, null, null, ["No", "Yes"])]);

    private static DatasetProfileWire Profile(long version) => new(
        "churn", version, new string((char)('0' + version), 64), 100, "Churn", "Yes", 27, 100,
        [
            new("customerID", "text", true, 0, 100, null, null, []),
            new("tenure", "integer", false, 4, 73, new(0, 9, 29, 55, 72, version == 1 ? 32 : 42, 20), 0.7398, [new(null, 0, 36, 60, 20), new(null, 36, 72, 36, 7)]),
            .. version == 1 ? Array.Empty<ColumnProfileWire>() : [new("Contract", "category", false, 0, 2, null, 0.7391, [new("Month-to-month", null, null, 55, 24), new("Two year", null, null, 45, 3)])],
            new("Churn", "category", false, 0, 2, null, null, [new("No", null, null, 73, 0), new("Yes", null, null, 27, 27)]),
        ]);
}
