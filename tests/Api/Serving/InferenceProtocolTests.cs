using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Serving;

/// <summary>Requests of the Open Inference Protocol as the clients of Triton, KServe and MLServer write them; answers compared with those of Cairn's own endpoint.</summary>
public sealed class InferenceProtocolTests(InferenceProtocolTests.Models models) : IClassFixture<InferenceProtocolTests.Models>
{
    private const string Coffee = "/v2/models/coffee/infer";
    private readonly ServingHost _host = models.Host;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public sealed class Models : IAsyncLifetime
    {
        internal ServingHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Host = await ServingHost.Start();
            await Host.Deploy("coffee");
            await Host.Deploy("visit", "visit", VisitModel.Package());
        }

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }

    private const string CoffeeRows = """[{"age":30,"cups":2,"roast":"dark","member":true},{"age":41,"cups":null,"roast":"light","member":false}]""";
    private const string VisitRows = """[{"visits":1.5,"since":"2026-03-01T12:30:00Z","member":true},{"visits":2,"since":null,"member":null}]""";

    public static TheoryData<string, string, string> Requests => new()
    {
        // tritonclient.http, set_data_from_numpy(binary_data=False): flat data of shape [n, 1], NaN as rapidjson writes it, binary output wished for
        {
            "coffee", CoffeeRows,
            """{"id":"7","parameters":{"binary_data_output":true},"inputs":[{"name":"age","shape":[2,1],"datatype":"INT64","data":[30,41]},{"name":"cups","shape":[2,1],"datatype":"FP64","data":[2.0,NaN]},{"name":"roast","shape":[2,1],"datatype":"BYTES","data":["dark","light"]},{"name":"member","shape":[2,1],"datatype":"BOOL","data":[true,false]}]}"""
        },
        // MLServer's PandasCodec: one column each, shape [n], content types as parameters
        {
            "coffee", CoffeeRows,
            """{"parameters":{"content_type":"pd"},"inputs":[{"name":"member","datatype":"BOOL","shape":[2],"data":[true,false]},{"name":"roast","datatype":"BYTES","shape":[2],"data":["dark","l\u0069ght"],"parameters":{"content_type":"str"}},{"name":"age","datatype":"INT64","shape":[2],"data":[30,41]},{"name":"cups","datatype":"FP64","shape":[2],"data":[2.0,null]},{"name":"customer","datatype":"BYTES","shape":[2],"data":["a","b"]}]}"""
        },
        // KServe's InferRequest.to_rest: every member there, nested data, outputs named
        {
            "coffee", CoffeeRows,
            """{"id":"d3b15cad-50a2-4eaf-80ce-8b0a428bd298","inputs":[{"data":[[30],[41]],"name":"age","shape":[2,1],"datatype":"INT32","parameters":{}},{"data":[[2.0],[null]],"name":"cups","shape":[2,1],"datatype":"FP32","parameters":null},{"name":"roast","shape":[2,1],"datatype":"BYTES","data":[["dark"],["light"]]},{"name":"member","shape":[2,1],"datatype":"UINT8","data":[[1],[0]]}],"outputs":[{"name":"prediction"},{"name":"probability","parameters":{"binary_data":true}},{"name":"prediction_id"}]}"""
        },
        // One tensor for all inputs: of texts, as a table of objects becomes, and of numbers
        { "coffee", CoffeeRows, """{"inputs":[{"name":"input-0","shape":[2,4],"datatype":"BYTES","data":["30","2.0","dark","True","41","nan","light","False"]}]}""" },
        { "coffee", CoffeeRows, """{"inputs":[{"name":"input-0","shape":[2,4],"datatype":"BYTES","data":[["30","2.0","dark","1"],["41","","light","0"]]}]}""" },
        { "visit", """[{"visits":1,"member":true},{"visits":2}]""", """{"inputs":[{"name":"predict","shape":[2,3],"datatype":"FP32","data":[[1.0,NaN,1.0],[2.0,NaN,NaN]]}]}""" },
        {
            "visit", VisitRows,
            """{"inputs":[{"name":"visits","shape":[2],"datatype":"FP64","data":[1.5,2]},{"name":"since","shape":[2,1],"datatype":"BYTES","data":["2026-03-01T12:30:00","NaT"],"parameters":{"content_type":"datetime"}},{"name":"member","shape":[2],"datatype":"BOOL","data":[true,null]}]}"""
        },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_is_answered_as_the_same_rows_are(string deployment, string rows, string body)
    {
        var expected = (await ServingHost.Read<PredictionsWire>(await _host.Post($"/api/v1/deployments/{deployment}/predict", rows))).Predictions;

        var answer = await Answer(await _host.Post($"/v2/models/{deployment}/infer", body));

        (answer.GetProperty("model_name").GetString(), answer.GetProperty("model_version").GetString()).ShouldBe((deployment, "1"));
        answer.TryGetProperty("id", out var id).ShouldBe(body.Contains("\"id\"", StringComparison.Ordinal));
        if (id.ValueKind == JsonValueKind.String) body.ShouldContain($"\"id\":\"{id.GetString()}\"");
        var outputs = answer.GetProperty("outputs").EnumerateArray().ToList();
        outputs.Select(output => (output.GetProperty("name").GetString(), output.GetProperty("datatype").GetString()))
            .ShouldBe([("prediction", "BYTES"), ("probability", "FP64"), ("prediction_id", "BYTES")]);
        outputs.ShouldAllBe(output => output.GetProperty("shape").GetRawText() == "[2,1]");
        outputs[0].GetProperty("data").EnumerateArray().Select(value => value.GetString()).ShouldBe(expected.Select(row => row.Prediction));
        outputs[1].GetProperty("data").EnumerateArray().Select(value => value.GetDouble()).ShouldBe(expected.Select(row => row.Probability));
        foreach (var (prediction, row) in outputs[2].GetProperty("data").EnumerateArray().Zip(expected))
        {
            var logged = await ServingHost.Read<LoggedPredictionWire>(await _host.Http.GetAsync($"/api/v1/predictions/{prediction.GetString()}", Cancelled));
            logged.Probability.ShouldBe(row.Probability);
        }
    }

    [Fact]
    public async Task Only_the_outputs_asked_for_are_answered_in_that_order()
    {
        var answer = await Answer(await _host.Post("/v2/models/visit/versions/1/infer", """{"outputs":[{"name":"probability"},{"name":"prediction"}],"inputs":[{"name":"x","shape":[1,3],"datatype":"FP64","data":[1,null,1]}]}"""));

        answer.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString()).ShouldBe(["probability", "prediction"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/octet-stream")]
    public async Task The_content_type_does_not_matter(string? contentType)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP64","data":[1,null,1]}]}"""));
        if (contentType is not null) content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        await Answer(await _host.Http.PostAsync("/v2/models/visit/infer", content, Cancelled));
    }

    [Fact]
    public async Task Whom_a_row_is_about_comes_as_a_tensor_of_its_own()
    {
        var answer = await Answer(await _host.Post("/v2/models/visit/infer", """{"inputs":[{"name":"visits","shape":[1],"datatype":"INT64","data":[3]},{"name":"card","shape":[1],"datatype":"BYTES","data":["c42"]}]}"""));

        var id = answer.GetProperty("outputs")[2].GetProperty("data")[0].GetString();
        (await ServingHost.Read<LoggedPredictionWire>(await _host.Http.GetAsync($"/api/v1/predictions/{id}", Cancelled))).Entity.ShouldBe("c42");
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "no object")]
    [InlineData("{}", "no tensor")]
    [InlineData("""{"inputs":{}}""", "no list")]
    [InlineData("""{"inputs":[5]}""", "no object")]
    [InlineData("""{"inputs":[]}""", "no tensor")]
    [InlineData("""{"inputs":[]} {}""", "JSON")]
    [InlineData("""{"id":5,"inputs":[]}""", "$.id")]
    [InlineData("""{"inputs":[{"shape":[1],"datatype":"FP64","data":[1]}]}""", "name")]
    [InlineData("""{"inputs":[{"name":"age","shape":[1],"datatype":"FP65","data":[1]}]}""", "FP65")]
    [InlineData("""{"inputs":[{"name":"age","shape":[1],"datatype":{"a":[1]},"data":[1]}]}""", "datatype")]
    [InlineData("""{"inputs":[{"name":"age","shape":1,"datatype":"FP64","data":[1]}]}""", "shape")]
    [InlineData("""{"inputs":[{"name":"age","shape":[-1],"datatype":"FP64","data":[1]}]}""", "shape")]
    [InlineData("""{"inputs":[{"name":"age","shape":[1],"datatype":"FP64"}]}""", "data")]
    [InlineData("""{"inputs":[{"name":"age","shape":[1],"datatype":"FP64","data":1}]}""", "data")]
    [InlineData("""{"inputs":[{"name":"age","shape":[2],"datatype":"FP64","data":[1]}]}""", "1 values")]
    [InlineData("""{"inputs":[{"name":"age","shape":[9223372036854775807,9223372036854775807],"datatype":"FP64","data":[1]}]}""", "[n, 4]")]
    [InlineData("""{"inputs":[{"name":"age","shape":[1,2,3],"datatype":"FP64","data":[1]}]}""", "[1, 2, 3]")]
    [InlineData("""{"inputs":[{"name":"age","shape":[1],"datatype":"INT64","data":[30]},{"name":"cups","shape":[2],"datatype":"FP64","data":[2,3]}]}""", "2 values")]
    [InlineData("""{"inputs":[{"name":"age","shape":[1],"datatype":"BYTES","data":["30"]}]}""", "row[0].age")]
    [InlineData("""{"inputs":[{"name":"age","shape":[1],"datatype":"FP64","data":[30.5]},{"name":"roast","shape":[1],"datatype":"BYTES","data":["burnt"]}]}""", "burnt")]
    [InlineData("""{"inputs":[{"name":"roast","shape":[1],"datatype":"BYTES","data":["ZGFyaw=="],"parameters":{"content_type":"base64"}}]}""", "base64")]
    [InlineData("""{"outputs":[{"name":"output0"}],"inputs":[]}""", "prediction, probability, prediction_id")]
    [InlineData("""{"outputs":[5],"inputs":[]}""", "no name")]
    public async Task What_is_wrong_is_told_in_the_shape_of_the_protocol(string body, string told)
    {
        var response = await _host.Post(Coffee, body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ErrorOf(response)).ShouldContain(told);
    }

    [Fact]
    public async Task Data_outside_of_the_JSON_is_refused_with_what_to_do()
    {
        var marked = await _host.Post(Coffee, """{"inputs":[{"name":"age","shape":[1],"datatype":"INT64","parameters":{"binary_data_size":8}}]}""");
        var shared = await _host.Post(Coffee, """{"inputs":[{"name":"age","shape":[1],"datatype":"INT64","parameters":{"shared_memory_region":"a","shared_memory_byte_size":8}}]}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, Coffee) { Content = new ByteArrayContent([.. "{}"u8, 0, 0, 0, 0, 0, 0, 0, 1]) };
        request.Headers.Add("Inference-Header-Content-Length", "2");
        var appended = await _host.Http.SendAsync(request, Cancelled);

        foreach (var response in new[] { marked, shared, appended })
        {
            response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
            (await ErrorOf(response)).ShouldContain("binary_data=False");
        }
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        using var content = new ByteArrayContent([0x1F, 0x8B]);
        content.Headers.ContentEncoding.Add("gzip");
        (await ErrorOf(await _host.Http.PostAsync(Coffee, content, Cancelled))).ShouldContain("gzip");
    }

    [Fact]
    public async Task Too_many_rows_are_refused()
    {
        var response = await _host.Post("/v2/models/visit/infer", $$"""{"inputs":[{"name":"visits","shape":[10001],"datatype":"FP64","data":[{{string.Join(',', Enumerable.Repeat('1', 10_001))}}]}]}""");

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await ErrorOf(response)).ShouldContain("10000 rows");
    }

    [Theory]
    [InlineData("POST", "/v2/models/tea/infer", 404)]
    [InlineData("POST", "/v2/models/coffee/versions/2/infer", 404)]
    [InlineData("POST", "/v2/models/coffee/versions/x/infer", 404)]
    [InlineData("GET", "/v2/models/tea", 404)]
    [InlineData("GET", "/v2/models/coffee/versions/2", 404)]
    [InlineData("GET", "/v2/models/tea/ready", 404)]
    [InlineData("GET", "/v2/models/coffee/versions/2/ready", 404)]
    [InlineData("POST", "/v2/repository/index", 404)]
    [InlineData("GET", "/v2/models/coffee/config", 404)]
    public async Task What_is_not_there_is_told_in_the_shape_of_the_protocol(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method == "POST") request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        var response = await _host.Http.SendAsync(request, Cancelled);

        ((int)response.StatusCode).ShouldBe(status);
        (await ErrorOf(response)).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Server_and_model_describe_themselves()
    {
        var server = await Answer(await _host.Http.GetAsync("/v2", Cancelled));
        (server.GetProperty("name").GetString(), server.GetProperty("extensions").GetArrayLength()).ShouldBe(("cairn", 0));

        var model = await Answer(await _host.Http.GetAsync("/v2/models/visit/versions/1", Cancelled));
        model.GetRawText().ShouldBe((await Answer(await _host.Http.GetAsync("/v2/models/visit", Cancelled))).GetRawText());
        (model.GetProperty("name").GetString(), model.GetProperty("platform").GetString(), model.GetProperty("versions").GetRawText()).ShouldBe(("visit", "cairn_logistic_regression", """["1"]"""));
        model.GetProperty("inputs").EnumerateArray().Select(input => input.GetRawText()).ShouldBe(
        [
            """{"name":"visits","datatype":"FP64","shape":[-1,1]}""", """{"name":"since","datatype":"BYTES","shape":[-1,1]}""", """{"name":"member","datatype":"BOOL","shape":[-1,1]}""",
        ]);
        model.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString()).ShouldBe(["prediction", "probability", "prediction_id"]);
    }

    [Fact]
    public async Task Probes_say_whether_there_is_something_that_serves()
    {
        (await Answer(await _host.Http.GetAsync("/v2/health/live", Cancelled))).GetRawText().ShouldBe("""{"live":true}""");
        (await Answer(await _host.Http.GetAsync("/v2/health/ready", Cancelled))).GetRawText().ShouldBe("""{"ready":true}""");
        (await Answer(await _host.Http.GetAsync("/v2/models/coffee/ready", Cancelled))).GetRawText().ShouldBe("""{"name":"coffee","ready":true}""");
        (await Answer(await _host.Http.GetAsync("/v2/models/coffee/versions/1/ready", Cancelled))).GetRawText().ShouldBe("""{"name":"coffee","ready":true}""");

        await using var host = await ServingHost.Start();
        await host.Register("coffee", seed: 1);
        await host.Deployments.Ensure(Cairn.Access.Caller.LocalAdmin, "coffee", "coffee", settings: null, Cancelled);
        foreach (var path in new[] { "/v2/health/ready", "/v2/models/coffee/ready" })
        {
            var response = await host.Http.GetAsync(path, Cancelled);
            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await response.Content.ReadAsStringAsync(Cancelled)).ShouldContain("\"ready\":false");
        }

        (await ErrorOf(await host.Post(Coffee, """{"inputs":[]}"""))).ShouldContain("serves nothing");
    }

    [Fact]
    public async Task Random_bytes_never_break_the_server()
    {
        var draw = new Random(23);
        var bodies = Requests.Select(data => data.Data).Where(data => data.Item1 == "coffee").Select(data => Encoding.UTF8.GetBytes(data.Item3)).ToList();
        for (var i = 0; i < 1000; i++)
        {
            var altered = bodies[i % bodies.Count].ToArray();
            for (var flips = draw.Next(1, 6); flips > 0; flips--) altered[draw.Next(altered.Length)] = (byte)draw.Next(256);

            var response = await _host.Post(Coffee, altered);

            ((int)response.StatusCode).ShouldBeOneOf(200, 400, 413, 415);
        }
    }

    private static async Task<JsonElement> Answer(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<string> ErrorOf(HttpResponseMessage response)
    {
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancelled)).RootElement;
        error.EnumerateObject().Select(member => member.Name).ShouldBe(["error"]);
        return error.GetProperty("error").GetString()!;
    }
}
