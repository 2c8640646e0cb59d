using System.Net;
using System.Text.Json;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

public class PredictPageTests
{
    private const string Id = "01a2163db2a178d491c17c04f22f21c8";

    [Fact]
    public async Task The_form_has_a_field_for_each_input_with_its_kind_its_range_and_the_value_of_the_example()
    {
        await using var host = await PageHost.Start(Api());
        var page = await host.Open("/predict/churn");

        var fields = page.QuerySelectorAll("main .field").ToDictionary(field => field.QuerySelector("label")!.TextContent, StringComparer.Ordinal);
        fields.Keys.ShouldBe(["customerID", "tenure", "Contract", "senior", "TotalCharges"]);
        var tenure = fields["tenure"].QuerySelector("input")!;
        (tenure.GetAttribute("type"), tenure.GetAttribute("value"), tenure.GetAttribute("min"), tenure.GetAttribute("max"), tenure.GetAttribute("step")).ShouldBe(("number", "3", "0", "72", "1"));
        fields["tenure"].QuerySelector(".hint")!.TextContent.ShouldBe("0 to 72");
        ((IHtmlSelectElement)fields["Contract"].QuerySelector("select")!).Options.Select(option => option.Value).ShouldBe(["Month-to-month", "Two year"]);
        ((IHtmlSelectElement)fields["senior"].QuerySelector("select")!).Value.ShouldBe("true");
        fields["TotalCharges"].QuerySelector(".hint")!.TextContent.ShouldBe("may be empty");
        page.QuerySelector("main [data-state=empty]")!.TextContent.ShouldContain("Nothing asked yet");
    }

    [Fact]
    public async Task An_answer_has_its_probability_threshold_reasons_changes_and_what_it_stands_on()
    {
        await using var host = await PageHost.Start(Api());
        var (status, page) = await Send(host, "/predict/churn", "/predict/churn", []);

        status.ShouldBe(HttpStatusCode.OK);
        page.QuerySelector(".verdict")!.TextContent.ShouldBe("Yes69\u00a0% is not below the threshold of 30\u00a0%, so the answer is Yes.");
        page.QuerySelectorAll(".reasons li").Select(reason => $"{reason.ClassName}: {reason.QuerySelector("bdi")!.TextContent} {reason.QuerySelector(".number")!.TextContent}")
            .ShouldBe(["raises: Contract is Month-to-month +0.71", "lowers: tenure is 3 −0.19", "raises: charges_per_month, computed +0.10"]);
        page.QuerySelectorAll("[aria-label='Single changes'] tbody tr").Select(row => string.Join('|', row.Children.Select(cell => cell.TextContent))).ShouldContain(row => row == "Contract were Two year|20\u00a0%|−49 points");
        page.QuerySelectorAll(".stones li").Select(stone => stone.QuerySelector("small")!.PreviousElementSibling!.TextContent).ShouldBe([$"Prediction {Id[..12]}", "Model version churn v3", "Run noble-egret", "Dataset customers"]);
        page.QuerySelectorAll(".chart-data tbody tr")[0].Children[0].TextContent.ShouldBe("Average");
        page.QuerySelectorAll(".chart-data tbody tr")[^1].Children[^1].TextContent.ShouldBe("−0.3800");
        page.QuerySelector(".code")!.TextContent.ShouldBe($"cairn replay {Id}");
    }

    [Fact]
    public async Task What_the_api_finds_wrong_stands_beside_the_field_in_its_words_and_what_was_typed_stays()
    {
        var problem = new Problem("about:blank", "predict.row-invalid", 400, "The row at $ does not keep the contract.", "predict.row-invalid", null,
            [new("$.tenure", "-3", "a whole number from 0 to 72"), new("$['Contract']", "nothing", "one of \"Month-to-month\", \"Two year\"")]);
        await using var host = await PageHost.Start(Api().Answering("deployments/churn/predict", 400, problem));
        var (status, page) = await Send(host, "/predict/churn", "/predict/churn", [("in0", "-3")]);

        status.ShouldBe(HttpStatusCode.BadRequest);
        page.QuerySelectorAll("main .field .problem").Select(one => one.TextContent).ShouldBe(["found -3, expected a whole number from 0 to 72", "found nothing, expected one of \"Month-to-month\", \"Two year\""]);
        var tenure = page.QuerySelector("input[name=in0]")!;
        (tenure.GetAttribute("value"), tenure.GetAttribute("aria-invalid")).ShouldBe(("-3", "true"));
        page.QuerySelector("main [data-state]")!.TextContent.ShouldContain("Nothing was predicted");
    }

    [Fact]
    public async Task A_text_that_is_no_number_is_sent_as_it_is_and_an_empty_field_is_not_sent()
    {
        var api = Api();
        await using var host = await PageHost.Start(api);
        await Send(host, "/predict/churn", "/predict/churn", [("in0", "three"), ("in3", ""), ("entity", "7590-VHVEG")]);

        using var row = JsonDocument.Parse(api.Bodies["deployments/churn/predict"]);
        row.RootElement.EnumerateObject().Select(member => $"{member.Name} {member.Value.GetRawText()}").ShouldBe(["tenure \"three\"", "Contract \"Month-to-month\"", "senior true", "customerID \"7590-VHVEG\""]);
    }

    [Fact]
    public async Task A_form_of_another_model_is_not_acted_on()
    {
        var api = Api();
        await using var host = await PageHost.Start(api);
        var (status, page) = await Send(host, "/predict/churn", "/predict/churn", [("model", "other")]);

        status.ShouldBe(HttpStatusCode.Conflict);
        page.QuerySelector(".banner b")!.TextContent.ShouldBe("Another model serves now");
        api.Asked.ShouldNotContain(path => path.EndsWith("/predict", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_if_answers_with_a_part_for_scripts_and_with_a_page_without_them()
    {
        await using var host = await PageHost.Start(Api());
        var (_, answered) = await Send(host, "/predict/churn", "/predict/churn", []);
        answered.QuerySelectorAll("[data-whatif] input[type=range]").Select(slider => slider.GetAttribute("name")).ShouldBe(["in0"]);

        var (_, part) = await Send(host, "/predict/churn", "/predict/churn/what-if?part=answer", [("from", "0.5")]);
        var (_, page) = await Send(host, "/predict/churn", "/predict/churn/what-if", [("from", "0.5"), ("in0", "60")]);

        part.QuerySelector("html head title").ShouldBeNull();
        part.QuerySelector("[data-whatif-answer] .verdict")!.TextContent.ShouldBe("+19 points from 50\u00a0%");
        page.QuerySelector("[data-whatif-answer] .gauge svg")!.GetAttribute("aria-label").ShouldBe("the answer would be Yes: 69\u00a0%; threshold 30\u00a0%");
        page.QuerySelector("main form[action='/predict/churn'] input[name=in0]")!.GetAttribute("value").ShouldBe("60");
    }

    [Fact]
    public async Task A_logged_prediction_has_an_address_at_which_it_is_asked_and_answered_again_without_predicting()
    {
        var api = Api().With($"predictions/{Id}", new LoggedPredictionWire(Id, 1_764_000_000_000_000, "churn", "champion", false, "churn", 3, new string('a', 64), 1, "7590-VHVEG", "Yes", 0.69, 0.3, 100, "ada",
                Inputs: [new("tenure", JsonSerializer.SerializeToElement(12)), new("Contract", JsonSerializer.SerializeToElement("Two year")), new("senior", null)]))
            .With($"predictions/{Id}/explanation", new LoggedExplanationWire(Id, "churn", 3, new string('a', 64), Explanation));
        await using var host = await PageHost.Start(api);
        var page = await host.Open($"/predict/churn?prediction={Id}");

        page.QuerySelector("input[name=in0]")!.GetAttribute("value").ShouldBe("12");
        page.QuerySelector("input[name=entity]")!.GetAttribute("value").ShouldBe("7590-VHVEG");
        page.QuerySelector(".verdict b")!.TextContent.ShouldBe("Yes");
        page.QuerySelector(".stones small")!.TextContent.ShouldBe("24 Nov 2025, 16:00 UTC");
        api.Asked.ShouldNotContain(path => path.EndsWith("/predict", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deployment_that_serves_nothing_is_missing_or_denied_says_so()
    {
        await using var host = await PageHost.Start(new FakeApi()
            .With("deployments/idle", new DeploymentWire("idle", "churn", false, null, null, 0, "No version of churn is champion. Promote one."))
            .Refusing("deployments/secret", 403, "access.permission-missing", "This needs the permission deployments:read."));

        (await host.Open("/predict/idle")).QuerySelector("main [data-state=empty]")!.TextContent.ShouldContain("Promote one.");
        (await Raw(host, "/predict/secret")).ShouldBe((HttpStatusCode.Forbidden, "denied"));
        (await Raw(host, "/predict/nothing")).ShouldBe((HttpStatusCode.NotFound, "none"));
        (await Raw(host, "/predict/nothing/batch")).ShouldBe((HttpStatusCode.NotFound, "none"));
        (await host.Open("/predict")).QuerySelector("main [data-state=empty]")!.TextContent.ShouldContain("Nothing is deployed yet");
    }

    [Fact]
    public async Task The_only_deployment_is_asked_at_once_and_several_are_listed()
    {
        await using var one = await PageHost.Start(Api());
        await using var two = await PageHost.Start(new FakeApi().With("deployments", new Page<DeploymentWire>([new("a", "m", false, 1, "", 0, null), new("b", "m", false, null, null, 0, "")])));

        (await one.Open("/predict")).QuerySelector("main form")!.GetAttribute("action").ShouldBe("/predict/churn");
        (await two.Open("/predict")).QuerySelectorAll("main tbody th a").Select(link => link.GetAttribute("href")).ShouldBe(["/predict/a", "/predict/b"]);
    }

    [Fact]
    public async Task Names_that_look_like_markup_are_text_in_every_place()
    {
        const string Evil = "<script>alert(1)</script>";
        var hostile = Serving() with
        {
            Name = "churn", Model = Evil, EntityInput = Evil, Output = new(Evil, Evil, 0.3),
            Inputs = [new(Evil, "category", true, [Evil, new string('x', 10_000)], null, null, JsonSerializer.SerializeToElement(Evil)), new("\u202egnol", "text", false)],
        };
        var api = Api().With("deployments/churn", hostile).With("deployments/churn/predict", new PredictionWire(Id, Evil, 0.69, 0.3, Evil, 3, new(-1, "log_odds", [new(Evil, 0.5)])))
            .With("deployments/churn/what-if", new WhatIfWire(Evil, 3, 0.3, [new(Evil, 0.69, null), new(Evil, 0.2, null)]));
        await using var host = await PageHost.Start(api);
        var (_, page) = await Send(host, "/predict/churn", "/predict/churn", []);

        page.Scripts.ShouldAllBe(script => script.Type == "application/json" || script.Source != null);
        page.Body!.TextContent.ShouldContain(Evil);
        page.QuerySelectorAll("[id]").Select(element => element.Id!).ShouldAllBe(id => !id.Contains('<') && !id.Contains(' '));
    }

    [Fact]
    public async Task A_file_comes_back_with_answers_and_what_is_wrong_with_a_row()
    {
        var api = Api().With("deployments/churn/predict", new PredictionWire(Id, "Yes", 0.69, 0.3, "churn", 3, Explanation));
        await using var host = await PageHost.Start(api);

        var (type, text) = await Upload(host, "customerID;tenure;Contract;senior\r\nA;3;\"Month;to \"\"month\"\"\";1\r\nB;4\r\n", reasons: true);

        type.ShouldBe("text/csv");
        text.Split("\r\n").ShouldBe([
            "customerID,tenure,Contract,senior,prediction,probability,prediction_id,reason_1,reason_2,reason_3,problem",
            $"A,3,\"Month;to \"\"month\"\"\",1,Yes,0.69,{Id},Contract (+0.71),tenure (−0.19),charges_per_month (+0.10),",
            "B,4,,,,,,,,,\"line 3: found 2 cells, expected 4\"", ""]);
        api.Bodies["deployments/churn/predict"].ShouldBe("""{"tenure":3,"Contract":"Month;to \u0022month\u0022","senior":true,"customerID":"A"}""" + "\n");
    }

    [Theory]
    [InlineData("tenure,Contract\n3,Two year\n", "expected also senior")]
    [InlineData("tenure,tenure\n3,3\n", "found the column tenure twice")]
    [InlineData("tenure,Contract,senior\n", "found a header line and no rows")]
    [InlineData("tenure,\"Contract\n3", "line 1 opens a quote that nothing closes")]
    [InlineData("", "found no file")]
    public async Task A_file_that_cannot_be_scored_is_answered_beside_its_field(string content, string problem)
    {
        await using var host = await PageHost.Start(Api());

        var (type, text) = await Upload(host, content);

        type.ShouldBe("text/html");
        new HtmlParser().ParseDocument(text).QuerySelector("#field-file-problem")!.TextContent.ShouldContain(problem);
    }

    private static ExplanationWire Explanation { get; } = new(-1, "log_odds", [new("Contract", 0.71), new("tenure", -0.19), new("charges_per_month", 0.1)]);

    [Fact]
    public async Task A_file_above_the_size_of_a_request_is_read_to_its_last_row()
    {
        var answers = string.Concat(Enumerable.Repeat(JsonSerializer.Serialize(new PredictionWire(Id, "Yes", 0.69, 0.3, "churn", 3), Cairn.Client.CairnJson.Options) + "\n", 3000));
        await using var host = await PageHost.Start(Api().With("deployments/churn/predict", System.Text.Encoding.UTF8.GetBytes(answers)));

        // Few rows, long ones: what is carried along is not asked about.
        var (type, text) = await Upload(host, string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},Two year,1,{new string('x', 500_000)}\n").Prepend("tenure,Contract,senior,note\n")));

        type.ShouldBe("text/csv");
        text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(41);
    }

    private static DeploymentWire Serving() => new(
        "churn", "churn", true, 3, new string('a', 64), 0, null,
        [
            new("tenure", "integer", true, null, 0, 72, JsonSerializer.SerializeToElement(3)),
            new("Contract", "category", true, ["Month-to-month", "Two year"], null, null, JsonSerializer.SerializeToElement("Month-to-month")),
            new("senior", "boolean", true, null, null, null, JsonSerializer.SerializeToElement(true)),
            new("TotalCharges", "number", false),
        ],
        new DeploymentSettings(), Output: new("Yes", "No", 0.3), EntityInput: "customerID");

    private static FakeApi Api() => new FakeApi()
        .With("deployments", new Page<DeploymentWire>([Serving() with { Inputs = null, Output = null }]))
        .With("deployments/churn", Serving())
        .With("deployments/churn/predict", new PredictionWire(Id, "Yes", 0.69, 0.3, "churn", 3, Explanation))
        .With("deployments/churn/what-if", new WhatIfWire("churn", 3, 0.3, [new("Yes", 0.69, Explanation), .. Enumerable.Range(0, 9).Select(_ => new WhatIfAnswerWire("Yes", 0.69)), new("No", 0.2), new("Yes", 0.7)]))
        .With("models/churn/versions/3/lineage", new LineageWire(
            new("churn", 3, "Production", "READY", "", "r1", "", new string('a', 64), 0, 0, [], None, null),
            new("r1", "1", "noble-egret", "finished", "active", 0, 1, "ada", new Dictionary<string, double>(StringComparer.Ordinal), None, None, []),
            [new("customers", new string('d', 64), "training")], new(new string('a', 64), "c2ln", 0, []), []));

    private static Dictionary<string, string> None => new(StringComparer.Ordinal);

    private static async Task<(HttpStatusCode, string?)> Raw(PageHost host, string path)
    {
        using var answer = await host.Http.GetAsync(path);
        return (answer.StatusCode, new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync()).QuerySelector("main [data-state]")?.GetAttribute("data-state"));
    }

    /// <summary>Opens a page and sends its form elsewhere or where it goes, with some fields changed.</summary>
    private static async Task<(HttpStatusCode Status, IHtmlDocument Page)> Send(PageHost host, string from, string to, (string Name, string Value)[] changes)
    {
        var (fields, cookie) = await Fields(host, from);
        foreach (var (name, value) in changes) fields[name] = value;
        using var request = new HttpRequestMessage(HttpMethod.Post, to) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Add("Cookie", cookie);
        using var answer = await host.Http.SendAsync(request);
        return (answer.StatusCode, new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync()));
    }

    private static async Task<(string? Type, string Text)> Upload(PageHost host, string csv, bool reasons = false)
    {
        var (fields, cookie) = await Fields(host, "/predict/churn/batch");
        using var content = new MultipartFormDataContent { { new StringContent(fields["__RequestVerificationToken"]), "__RequestVerificationToken" } };
        if (reasons) content.Add(new StringContent("1"), "reasons");
        if (csv.Length > 0) content.Add(new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(csv)), "file", "rows.csv");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict/churn/batch") { Content = content };
        request.Headers.Add("Cookie", cookie);
        using var answer = await host.Http.SendAsync(request);
        return (answer.Content.Headers.ContentType!.MediaType, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<(Dictionary<string, string> Fields, string Cookie)> Fields(PageHost host, string from)
    {
        using var answer = await host.Http.GetAsync(from);
        var form = new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync()).QuerySelector("main form[method=post]")!;
        var fields = form.QuerySelectorAll("input[name]:not([type=file], [type=checkbox]), select[name]").ToDictionary(
            field => field.GetAttribute("name")!, field => (field is IHtmlSelectElement list ? list.Value : field.GetAttribute("value")) ?? "", StringComparer.Ordinal);
        return (fields, answer.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith("cairn-form", StringComparison.Ordinal)).Split(';')[0]);
    }
}
