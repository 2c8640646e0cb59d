using System.Net;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Serving;

public sealed class WhatIfTests : IAsyncLifetime
{
    private const string Path = "/api/v1/deployments/coffee/what-if";
    private ServingHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ServingHost.Start();
        await _host.Deploy("coffee");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task What_if_answers_with_the_bits_of_a_prediction_and_leaves_none_in_the_log()
    {
        var predicted = await ServingHost.Read<PredictionWire>(await _host.Post("/api/v1/deployments/coffee/predict?explain=true", CoffeeModel.Row));
        var before = await Logged();

        var told = await ServingHost.Read<WhatIfWire>(await _host.Post(Path, $$"""{"rows": [{{CoffeeModel.Row}}, {"age": 30, "cups": 8, "roast": "light", "member": false}], "explain": true}"""));

        (told.Model, told.Version, told.Threshold).ShouldBe((predicted.Model, predicted.Version, predicted.Threshold));
        BitConverter.DoubleToInt64Bits(told.Answers[0].Probability).ShouldBe(BitConverter.DoubleToInt64Bits(predicted.Probability));
        told.Answers[0].Prediction.ShouldBe(predicted.Prediction);
        told.Answers[0].Explanation!.Contributions.ShouldBe(predicted.Explanation!.Contributions);
        told.Answers[1].Probability.ShouldNotBe(told.Answers[0].Probability);
        (await Logged()).ShouldBe(before);
        (await ServingHost.Read<VariantsWire>(await _host.Http.GetAsync("/api/v1/deployments/coffee/variants"))).Variants[0].Numbers!.Rows.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"rows": [{"age": 30, "cups": 2, "roast": "blue", "member": true}]}""", HttpStatusCode.BadRequest, "predict.row-invalid")]
    [InlineData("""{"rows": [3]}""", HttpStatusCode.BadRequest, "predict.row-invalid")]
    [InlineData("""{"rows": []}""", HttpStatusCode.BadRequest, "predict.no-rows")]
    [InlineData("{}", HttpStatusCode.BadRequest, "predict.no-rows")]
    public async Task What_is_no_row_of_the_model_is_refused_as_by_a_prediction(string body, HttpStatusCode status, string code) =>
        (await Refused(Path, body)).ShouldBe((status, code));

    [Fact]
    public async Task Text_that_is_none_is_refused()
    {
        using var answer = await _host.Post(Path, [.. "{\"rows\": [{\"roast\": \""u8, 0xEE, .. "\"}, null]}"u8]);

        (await ServingHost.ProblemOf(answer)).Code.ShouldBe("request.malformed");
        (await Refused(Path, """{"rows": [{"roast": "\ud800", "\udc00": 1, "age": 1, "cups": 1, "member": true}]}""")).ShouldBe((HttpStatusCode.BadRequest, "predict.row-invalid"));
    }

    [Fact]
    public async Task The_place_of_what_is_wrong_is_named()
    {
        using var answer = await _host.Post(Path, $$"""{"rows": [{{CoffeeModel.Row}}, {"age": "old", "roast": "dark", "member": true}]}""");

        (await answer.Content.ReadAsStringAsync()).ShouldContain("$.rows[1].age");
    }

    [Fact]
    public async Task Too_many_rows_and_a_deployment_that_is_not_there_are_refused()
    {
        (await Refused(Path, $$"""{"rows": [{{string.Join(',', Enumerable.Repeat(CoffeeModel.Row, 501))}}]}""")).ShouldBe((HttpStatusCode.RequestEntityTooLarge, "predict.too-many-rows"));
        (await Refused(Path, $$"""{"rows": [{{string.Join(',', Enumerable.Repeat(CoffeeModel.Row, 51))}}], "explain": true}""")).ShouldBe((HttpStatusCode.RequestEntityTooLarge, "predict.too-many-rows"));
        (await Refused("/api/v1/deployments/tea/what-if", """{"rows": [{}]}""")).ShouldBe((HttpStatusCode.NotFound, "deployment.unknown"));
    }

    [Fact]
    public async Task A_deployment_tells_an_example_of_each_input_and_what_it_answers()
    {
        var deployment = await ServingHost.Read<DeploymentWire>(await _host.Http.GetAsync("/api/v1/deployments/coffee"));

        deployment.Output.ShouldBe(new OutputWire("Yes", "No", 0.5));
        deployment.Inputs!.Where(input => input.Required).ShouldAllBe(input => input.Example != null);
        var roast = deployment.Inputs!.Single(input => input.Name == "roast");
        roast.Categories!.ShouldContain(category => category == roast.Example!.Value.GetString());
        (await ServingHost.Read<Page<DeploymentWire>>(await _host.Http.GetAsync("/api/v1/deployments"))).Items.ShouldAllBe(one => one.Output == null && one.Inputs == null);
    }

    private async Task<int> Logged() => (await ServingHost.Read<Page<LoggedPredictionWire>>(await _host.Http.GetAsync("/api/v1/predictions"))).Items.Count;

    private async Task<(HttpStatusCode, string)> Refused(string path, string body)
    {
        using var answer = await _host.Post(path, body);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString()!);
    }
}
