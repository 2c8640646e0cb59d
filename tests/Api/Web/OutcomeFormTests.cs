using System.Net;
using System.Text;
using AngleSharp.Html.Dom;
using Cairn.Api.Tests.Serving;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Web;

/// <summary>Outcomes told on the page of a prediction, and by a file on the page of a deployment.</summary>
public class OutcomeFormTests
{
    private const string Prediction = $"/predictions/{ServingSample.Id}", Page = "/deployments/churn/outcomes", Flow = "0198f7a2c1bc7d33b4bf2c15543693b4";

    private static readonly Dictionary<string, long> None = new(StringComparer.Ordinal);

    [Fact]
    public async Task An_outcome_is_told_on_the_page_of_its_prediction()
    {
        var api = ServingSample.Api().With("outcomes", new OutcomeReceiptsWire(None, [new(OutcomeStatus.Contradicting, ServingSample.Id)]));
        await using var host = await PageHost.Start(api);

        using var told = await host.Submit(Prediction, $"{Prediction}/outcome", ("value", " No "), ("observed_at", "2026-11-20T14:30"), ("correction", "yes"));
        using var now = await host.Submit(Prediction, $"{Prediction}/outcome", ("value", "No"), ("observed_at", ""));

        (told.StatusCode, told.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, Prediction));
        Uri.UnescapeDataString(Uri.UnescapeDataString(string.Join(' ', told.Headers.GetValues("Set-Cookie")))).ShouldContain("stays in force");
        api.Sent.Select(sent => sent.Body).ShouldBe(
        [
            $$"""{"prediction_id":"{{ServingSample.Id}}","value":"No","observed_at":"2026-11-20T14:30","correction":true}""",
            $$"""{"prediction_id":"{{ServingSample.Id}}","value":"No","correction":false}""",
        ],
        ignoreOrder: true);
    }

    [Theory]
    [InlineData("outcome.value-unknown", "value")]
    [InlineData("outcome.time-ahead", "observed_at")]
    [InlineData("access.permission-missing", "value")]
    public async Task What_is_refused_is_said_beside_its_field_and_the_form_keeps_what_was_written(string code, string field)
    {
        await using var host = await PageHost.Start(ServingSample.Api().Refusing("outcomes", 400, code, "So it cannot be."));

        using var refused = await host.Submit(Prediction, $"{Prediction}/outcome", ("value", "<b>Perhaps"), ("observed_at", "2026-11-20T14:30"));

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var page = await PageHost.Read(refused);
        Text(page, $"#field-{field}-problem").ShouldContain("So it cannot be.");
        page.QuerySelectorAll("[aria-invalid=true]").Length.ShouldBe(1);
        page.GetElementById("field-value")!.GetAttribute("value").ShouldBe("<b>Perhaps");
    }

    [Fact]
    public async Task A_file_is_passed_on_and_the_flow_run_that_takes_it_in_is_shown()
    {
        var api = ServingSample.Api().With("deployments/churn/outcomes/import", Import("running", null));
        await using var host = await PageHost.Start(api);

        using var begun = await host.Upload(Page, Page, new StringContent("guest;left\nada;Yes"), ("by", "entity"), ("subject", "guest"), ("value", "left"), ("time", "day"), ("timezone", "Europe/Berlin"), ("correction", "yes"));

        (begun.StatusCode, begun.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.SeeOther, $"/flow-runs/{Flow}"));
        api.Asked.ShouldContain(asked => asked == "deployments/churn/outcomes/import?entity=guest&value=left&time=day&timezone=Europe%2FBerlin&correction=true");
        api.Bodies["deployments/churn/outcomes/import"].ShouldBe("guest;left\nada;Yes");
    }

    [Fact]
    public async Task A_finished_import_says_what_became_of_its_rows()
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal) { ["accepted"] = 1200, ["contradicting"] = 2, ["refused"] = 30, ["late"] = 0 };
        var result = new OutcomeImportWire(1232, counts, [.. Enumerable.Range(1, 20).Select(row => new RefusedOutcomeWire(row, "outcome.value-unknown", "'<b>maybe' is none of Yes or No."))], Done: true);
        await using var host = await PageHost.Start(ServingSample.Api().With($"flow-runs/{Flow}", Import("succeeded", result)));

        var page = await host.Open($"/flow-runs/{Flow}");

        Text(page, ".banner").ShouldContain("1,232 rows read");
        page.QuerySelectorAll("[data-import] li b").Select(line => line.TextContent).ShouldBe(["1,200 accepted", "2 contradicting", "30 refused"]);
        Text(page, "[aria-label='Refused rows'] caption").ShouldContain("The first 20 of 30 refused rows");
        Text(page, "[aria-label='Refused rows'] tbody tr").ShouldContain("'<b>maybe' is none of Yes or No.");
    }

    [Fact]
    public async Task An_import_that_is_declined_or_has_no_file_says_so_and_keeps_what_was_typed()
    {
        var api = ServingSample.Api().Refusing("deployments/churn/outcomes/import", 403, "access.permission-missing", "This needs predictions:write.");
        await using var host = await PageHost.Start(api);

        using var denied = await host.Upload(Page, Page, new StringContent("x"), ("by", "prediction"), ("subject", "id"), ("value", "left"));
        using var nothing = await host.Submit(Page, Page, ("by", "prediction"), ("subject", "id"), ("value", "left"));

        denied.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var page = await PageHost.Read(denied);
        Text(page, ".banner").ShouldContain("Nothing was imported");
        page.GetElementById("field-subject")!.GetAttribute("value").ShouldBe("id");
        nothing.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        Text(await PageHost.Read(nothing), ".banner").ShouldContain("It has no file. Nothing was changed.");
    }

    [Fact]
    public async Task A_form_with_a_file_and_another_token_is_not_acted_on_and_one_that_is_no_form_is_refused()
    {
        var api = ServingSample.Api();
        await using var host = await PageHost.Start(api);
        using var foreign = new MultipartFormDataContent { { new StringContent("guess"), "__RequestVerificationToken" }, { new StringContent("a,b"), "file", "rows.csv" } };
        using var noForm = new StringContent("--x\r\nnothing", Encoding.UTF8);
        noForm.Headers.ContentType = new("multipart/form-data") { Parameters = { new("boundary", "x") } };
        using var tooLong = new MultipartFormDataContent { { new StringContent(new string('x', 1 << 17)), "value" } };

        using var refused = await host.Http.PostAsync(Page, foreign);
        using var broken = await host.Http.PostAsync(Page, noForm);
        using var large = await host.Http.PostAsync(Page, tooLong);

        foreach (var answer in new[] { refused, broken, large }) answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await broken.Content.ReadAsStringAsync()).ShouldContain("page.form-broken");
        Text(await PageHost.Read(large), "main").ShouldContain("longer than 65,536 bytes");
        api.Sent.ShouldBeEmpty();
    }

    [Fact]
    public async Task Both_forms_tell_a_real_server()
    {
        await using var server = await ServingHost.Start();
        await server.Deploy("coffee");
        var (one, other) = (await Ask(server), await Ask(server));
        await using var pages = await PageHost.Start(server.Client);
        var (prediction, outcomes) = ($"/predictions/{one}", "/deployments/coffee/outcomes");

        using var told = await pages.Submit(prediction, $"{prediction}/outcome", ("value", "Yes"), ("observed_at", ""));
        using var refused = await pages.Submit(prediction, $"{prediction}/outcome", ("value", "perhaps"), ("observed_at", ""));
        using var imported = await pages.Upload(outcomes, outcomes, new StringContent($"id,again\n{one},Yes\n{one},No\n{other},No\nnobody,No\n"), ("by", "prediction"), ("subject", "id"), ("value", "again"));

        told.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        Text(await PageHost.Read(refused), "#field-value-problem").ShouldContain("Yes");
        imported.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        var flow = imported.Headers.Location!.ToString();
        await server.Client.WaitForFlowRunAsync(flow["/flow-runs/".Length..]);
        var page = await pages.Open(flow);
        page.QuerySelectorAll("[data-import] li b").Select(line => line.TextContent).ShouldBe(["1 accepted", "1 repeated", "1 contradicting", "1 refused"], ignoreOrder: true);
        Text(page, "[aria-label='Refused rows'] tbody").ShouldContain("'nobody' is no id of a prediction");
        Text(await pages.Open(prediction), "[data-outcomes]").ShouldContain("Yes");
    }

    private static async Task<string> Ask(ServingHost server) => (await ServingHost.Read<PredictionWire>(
        await server.Post("/api/v1/deployments/coffee/predict", """{"guest": "ada", "age": 30, "cups": 2, "roast": "dark", "member": true}"""))).PredictionId;

    private static FlowRunWire Import(string state, OutcomeImportWire? result) => new(
        Flow, "outcome-import", "imports/outcomes/churn", state, 1, 2, result is null ? null : 3, "", [new("take", state, 0.5, "500,000 rows", 2, null, false)],
        result is null ? null : System.Text.Json.JsonSerializer.SerializeToElement(result, Cairn.Client.CairnJson.Options), null);

    private static string Text(IHtmlDocument page, string selector) => page.QuerySelector(selector)!.TextContent;
}
