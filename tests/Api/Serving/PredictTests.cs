using System.Net;
using System.Text;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Api.Tests.Serving;

public sealed class PredictTests(PredictTests.Coffee coffee) : IClassFixture<PredictTests.Coffee>
{
    private const string Path = "/api/v1/deployments/coffee/predict";
    private readonly ServingHost _host = coffee.Host;

    public sealed class Coffee : IAsyncLifetime
    {
        internal ServingHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Host = await ServingHost.Start();
            await Host.Deploy("coffee");
        }

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }

    [Fact]
    public async Task One_row_is_answered_with_one_prediction()
    {
        var prediction = await ServingHost.Read<PredictionWire>(await _host.Post(Path, CoffeeModel.Row));

        Uuid7.IsWellFormed(prediction.PredictionId).ShouldBeTrue();
        prediction.Probability.ShouldBeInRange(0, 1);
        prediction.Prediction.ShouldBe(prediction.Probability >= prediction.Threshold ? "Yes" : "No");
        (prediction.Model, prediction.Version, prediction.Explanation).ShouldBe(("coffee", 1L, null));
    }

    [Fact]
    public async Task The_answer_is_written_as_the_wire_record_would_be()
    {
        var body = await (await _host.Post($"{Path}?explain=true", CoffeeModel.Row)).Content.ReadAsStringAsync();

        var record = JsonSerializer.Deserialize<PredictionWire>(body, CairnJson.Options);

        body.ShouldBe(JsonSerializer.Serialize(record, CairnJson.Options));
        var explanation = record!.Explanation.ShouldNotBeNull();
        explanation.Contributions.Select(c => c.Feature).Order(StringComparer.Ordinal).ShouldBe(["age", "cups", "member", "roast"]);
    }

    [Theory]
    [InlineData("""{"rows": [ROW, ROW, ROW]}""")]
    [InlineData("""{"rows": [ROW, ROW, ROW], "comment": {"a": [1, {"b": 2}]}}""")]
    [InlineData("""[ROW, ROW, ROW]""")]
    public async Task Many_rows_are_answered_in_order(string shape)
    {
        var rows = new Queue<string>(["0", "4", "8"]);
        var body = string.Concat(shape.Split("ROW").SelectMany((part, i) => i == 0 ? [part] : new[] { CoffeeModel.Row.Replace("2", rows.Dequeue(), StringComparison.Ordinal), part }));

        var predictions = (await ServingHost.Read<PredictionsWire>(await _host.Post(Path, body))).Predictions;

        predictions.Count.ShouldBe(3);
        predictions.Select(p => p.PredictionId).Distinct(StringComparer.Ordinal).Count().ShouldBe(3);
        predictions.Select(p => p.Probability).ShouldBeInOrder();
    }

    [Fact]
    public async Task The_same_row_has_the_same_bits_alone_and_among_others()
    {
        var alone = await ServingHost.Read<PredictionWire>(await _host.Post(Path, CoffeeModel.Row));
        var among = await ServingHost.Read<PredictionsWire>(await _host.Post(Path, $"[{string.Join(',', Enumerable.Repeat(CoffeeModel.Row, 500))}]"));

        among.Predictions.ShouldAllBe(p => BitConverter.DoubleToInt64Bits(p.Probability) == BitConverter.DoubleToInt64Bits(alone.Probability));
    }

    [Fact]
    public async Task No_rows_have_no_predictions() =>
        (await ServingHost.Read<PredictionsWire>(await _host.Post(Path, """{"rows": []}"""))).Predictions.ShouldBeEmpty();

    [Fact]
    public async Task Ten_thousand_rows_are_taken_and_one_more_is_not()
    {
        string Rows(int count) => $"[{string.Join(',', Enumerable.Repeat(CoffeeModel.Row, count))}]";

        (await ServingHost.Read<PredictionsWire>(await _host.Post(Path, Rows(10_000)))).Predictions.Count.ShouldBe(10_000);

        var response = await _host.Post(Path, Rows(10_001));
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await ServingHost.ProblemOf(response)).Code.ShouldBe("predict.too-many-rows");
    }

    [Fact]
    public async Task All_that_is_wrong_with_many_rows_is_told_with_its_place_and_nothing_is_predicted()
    {
        var response = await _host.Post(Path, """{"rows": [{"age": "old", "cups": 1, "roast": "dark", "member": true}, ROW, {"age": 30, "cups": 1, "roast": "burnt"}, 5]}"""
            .Replace("ROW", CoffeeModel.Row, StringComparison.Ordinal));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await ServingHost.ProblemOf(response);
        problem.Code.ShouldBe("predict.row-invalid");
        problem.Errors!.Select(e => e.Field).ShouldBe(["$.rows[0].age", "$.rows[2].roast", "$.rows[2].member", "$.rows[3]"]);
        problem.Errors![1].Expected.ShouldContain("medium");
    }

    [Fact]
    public async Task The_problems_of_a_request_are_told_up_to_fifty()
    {
        var response = await _host.Post(Path, $"[{string.Join(',', Enumerable.Repeat("{}", 1000))}]");

        var problem = await ServingHost.ProblemOf(response);
        problem.Errors!.Count.ShouldBe(50);
        problem.Detail.ShouldContain("At least");
    }

    public static TheoryData<string, string> BrokenBodies => new()
    {
        { "", "" },
        { "   ", "" },
        { "{", "line 1" },
        { "{\n  \"age\": 30,\n  \"cups\" 2}", "line 3, byte 10" },
        { "[1, 2", "" },
        { """{"age": 30} trailing""", "" },
        { """{"age": 30, "cups": 1, "roast": "dark", "member": true} {}""", "" },
        { "5", "neither an object nor a list" },
        { "\"text\"", "" },
        { "null", "" },
        { """{"rows": 5}""", "" },
        { """{"rows": [{"age": NaN}]}""", "" },
        { "{'age': 30}", "" },
        { """{"age": 1e999, "cups": 1, "roast": "dark", "member": true}""", "" },
        { """{"age": 99999999999999999999999, "cups": 1, "roast": "dark", "member": true}""", "" },
        { """{"age": 30, "cups": 1, "roast": "\ud800", "member": true}""", "" },
        { """{"\ud800": 30, "cups": 1, "roast": "dark", "member": true}""", "" },
        { """{"age": [[[[[[[[[[[[[[1]]]]]]]]]]]]]], "cups": 1, "roast": "dark", "member": true}""", "" },
        { """{"other": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}}}}""", "" },
        { """{"age": 30, "age": 31, "cups": 1, "roast": "dark", "member": true}""", "" },
        { """{"age": -1, "cups": 1, "roast": "dark", "member": true}""", "" },
        { """{"age": 30.5, "cups": 1, "roast": "dark", "member": true}""", "" },
        { """{"age": 30, "cups": true, "roast": 3, "member": "yes"}""", "" },
        { """{"age": null, "cups": null, "roast": null, "member": null}""", "" },
        { """[[{"age": 30}]]""", "" },
        { "{/* a comment */}", "" },
        { new string('[', 100_000), "" },
        { $$"""{"roast": "{{new string('x', 200_000)}}"}""", "" },
    };

    [Theory]
    [MemberData(nameof(BrokenBodies))]
    public async Task Whatever_is_wrong_with_a_body_is_the_callers_to_know(string body, string told)
    {
        var response = await _host.Post(Path, body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await ServingHost.ProblemOf(response);
        problem.Code.ShouldBeOneOf("request.malformed", "predict.row-invalid");
        problem.Errors.ShouldNotBeNull().ShouldNotBeEmpty();
        problem.Detail.ShouldContain(told);
    }

    [Fact]
    public async Task Random_bytes_never_break_the_server()
    {
        var draw = new Random(11);
        var good = Encoding.UTF8.GetBytes($"[{CoffeeModel.Row},{CoffeeModel.Row}]");
        for (var i = 0; i < 500; i++)
        {
            var body = good.ToArray();
            for (var flips = draw.Next(1, 6); flips > 0; flips--) body[draw.Next(body.Length)] = (byte)draw.Next(256);

            var response = await _host.Post(Path, body);

            ((int)response.StatusCode).ShouldBeOneOf(200, 400);
        }
    }

    [Fact]
    public async Task A_byte_order_mark_is_passed_over() =>
        await ServingHost.Read<PredictionWire>(await _host.Post(Path, [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(CoffeeModel.Row)]));

    [Fact]
    public async Task An_oversized_body_is_refused()
    {
        var response = await _host.Post(Path, new byte[(16 << 20) + 1]);

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await ServingHost.ProblemOf(response)).Code.ShouldBe("request.too-large");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Another_content_type_is_refused(string contentType)
    {
        var response = await _host.Post(Path, CoffeeModel.Row, contentType);

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await ServingHost.ProblemOf(response)).Code.ShouldBe("request.media-type");
    }

    [Fact]
    public async Task A_strange_query_is_refused()
    {
        var response = await _host.Post($"{Path}?explain=perhaps", CoffeeModel.Row);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await ServingHost.ProblemOf(response);
    }
}
