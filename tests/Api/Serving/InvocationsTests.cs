using System.Net;
using System.Text;
using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Serving;

/// <summary>Bodies as MLflow's client and pandas write them; every answer is compared with that of Cairn's own endpoint to the same rows.</summary>
public sealed class InvocationsTests(InvocationsTests.Models models) : IClassFixture<InvocationsTests.Models>
{
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

    public static TheoryData<string, string, string> Bodies => new()
    {
        // MLflow's client: json.dumps(df.to_dict(orient="split"))
        { "coffee", CoffeeRows, """{"dataframe_split": {"index": [7, 9], "columns": ["age", "cups", "roast", "member"], "data": [[30, 2.0, "dark", true], [41, NaN, "light", false]]}}""" },
        // df.to_json(orient="split")
        { "coffee", CoffeeRows, """{"dataframe_split":{"columns":["age","cups","roast","member"],"index":[7,9],"data":[[30,2.0,"dark",true],[41,null,"light",false]]}}""" },
        { "coffee", CoffeeRows, """{"dataframe_split":{"data":[[30,2.0,"dark",true],[41,null,"light",false]],"columns":["age","cups","roast","member"]}}""" },
        { "coffee", CoffeeRows, """{"dataframe_split":{"columns":["member","\u0072oast","extra","cups","age"],"data":[[true,"d\u0061rk","NaN",2,30.0],[false,"light","\"Infinity\\",NaN,41.0]]},"params":{"temperature":0.1}}""" },
        { "coffee", CoffeeRows, """{"params": null, "dataframe_records": [{"age":30,"cups":2.0,"roast":"dark","member":true},{"age":41,"cups":NaN,"roast":"light","member":false}]}""" },
        { "coffee", CoffeeRows, """{"instances": [{"age":30,"cups":2.0,"roast":"dark","member":true},{"age":41,"cups":null,"roast":"light","member":false}]}""" },
        { "coffee", CoffeeRows, """{"instances": [[30, 2.0, "dark", true], [41, null, "light", false]]}""" },
        { "coffee", CoffeeRows, """{"inputs": {"age": [30, 41], "cups": [2.0, NaN], "roast": ["dark", "light"], "member": [true, false]}}""" },
        { "coffee", CoffeeRows, """{"inputs": [[30, 2.0, "dark", 1.0], [41, null, "light", 0]]}""" },
        { "coffee", CoffeeRows, """{"inputs": [{"age":30,"cups":2.0,"roast":"dark","member":true},{"age":41,"cups":null,"roast":"light","member":false}]}""" },
        { "coffee", CoffeeRows, "\uFEFF" + """{"something": [[[1]]], "instances": [[30, 2.0, "dark", true], [41, null, "light", false]]}""" },
        // A time as Timestamp.isoformat() and NaT, and as to_json(date_format="iso") writes it
        { "visit", VisitRows, """{"dataframe_split": {"index": [0, 1], "columns": ["visits", "since", "member", "card"], "data": [[1.5, "2026-03-01T12:30:00", true, "a 1"], [2.0, "NaT", null, "b"]]}}""" },
        { "visit", VisitRows, """{"dataframe_split": {"columns": ["visits", "since", "member"], "data": [[1.5, "2026-03-01T14:30:00.000000000+02:00", true], [2.0, null, null]]}}""" },
        { "visit", VisitRows, """{"inputs": {"visits": [1.5, 2.0], "since": ["2026-03-01T12:30:00.000", "NaT"], "member": [true, null]}}""" },
        // The columns of an array have no names
        { "visit", """[{"visits":1,"member":true},{"visits":2}]""", """{"dataframe_split": {"index": [0, 1], "columns": [0, 1, 2], "data": [[1.0, NaN, 1.0], [2.0, NaN, NaN]]}}""" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Each_shape_of_a_body_is_answered_as_the_same_rows_are(string deployment, string rows, string body)
    {
        var expected = (await ServingHost.Read<PredictionsWire>(await _host.Post($"/api/v1/deployments/{deployment}/predict", rows))).Predictions;

        var answer = await Answer(await _host.Post($"/deployments/{deployment}/invocations", body));

        answer.GetProperty("predictions").EnumerateArray().Select(row => (row.GetProperty("prediction").GetString(), row.GetProperty("probability").GetDouble()))
            .ShouldBe(expected.Select(row => ((string?)row.Prediction, row.Probability)));
        answer.GetProperty("predictions")[0].EnumerateObject().Select(member => member.Name).ShouldBe(["prediction", "probability"], "what the signature of the model promises");
    }

    [Theory]
    [InlineData("coffee", CoffeeRows, ",age,cups,roast,member\n7,30,2.0,dark,True\n9,41,,light,False\n")]
    [InlineData("coffee", CoffeeRows, "age,cups,roast,member\r\n30,2.0,dark,yes\r\n\r\n 41 ,NaN,\"light\",0")]
    [InlineData("coffee", CoffeeRows, "\"member\",\"a \"\"note\"\", of two\nlines\",roast,cups,age\nTrue,\"x\n,y\",dark,2,30\nFALSE,,light,None,41.0\n")]
    [InlineData("visit", VisitRows, "visits,since,member,card\n1.5,2026-03-01 12:30:00,True,a 1\n2.0,,,b\n")]
    [InlineData("visit", VisitRows, "visits,since,member,card\n1.5,2026-03-01 12:30:00.000000000+00:00,True,a 1\n2.0,NaT,n/a,b\n")]
    public async Task Csv_is_answered_as_the_same_rows_are(string deployment, string rows, string body)
    {
        var expected = (await ServingHost.Read<PredictionsWire>(await _host.Post($"/api/v1/deployments/{deployment}/predict", rows))).Predictions;

        var answer = await Answer(await _host.Post($"/deployments/{deployment}/invocations", body, "text/csv; charset=UTF-8"));

        answer.GetProperty("predictions").EnumerateArray().Select(row => row.GetProperty("probability").GetDouble()).ShouldBe(expected.Select(row => row.Probability));
    }

    [Fact]
    public async Task Without_a_name_the_default_deployment_answers_and_query_or_header_name_another()
    {
        const string Coffee = """{"instances": [[30, 2.0, "dark", true]]}""", Visit = """{"instances": [[3, null, null]]}""";
        await Answer(await _host.Post("/invocations", Coffee));
        await Answer(await _host.Post("/invocations?deployment=visit", Visit));

        using var request = new HttpRequestMessage(HttpMethod.Post, "/invocations") { Content = new StringContent(Visit, Encoding.UTF8, "application/json") };
        request.Headers.Add("Cairn-Deployment", "visit");
        await Answer(await _host.Http.SendAsync(request, Cancelled));
    }

    [Fact]
    public async Task Each_row_is_in_the_log_under_its_id_with_whom_it_is_about()
    {
        const string Body = """{"dataframe_split": {"columns": ["card", "visits", "since", "member"], "data": [["c7", 1, null, null], ["c9", 2, null, null]]}}""";
        var answer = await Answer(await _host.Post("/deployments/visit/invocations", Body));

        var ids = answer.GetProperty("prediction_ids").EnumerateArray().Select(id => id.GetString()!).ToList();
        foreach (var (id, row, card) in ids.Zip(answer.GetProperty("predictions").EnumerateArray(), ["c7", "c9"]))
        {
            var logged = await ServingHost.Read<LoggedPredictionWire>(await _host.Http.GetAsync($"/api/v1/predictions/{id}", Cancelled));
            (logged.Entity, logged.Probability, logged.Deployment).ShouldBe((card, row.GetProperty("probability").GetDouble(), "visit"));
        }
    }

    [Theory]
    [InlineData("[[1]]", "exactly one of")]
    [InlineData("5", "exactly one of")]
    [InlineData("", "JSON")]
    [InlineData("{", "JSON")]
    [InlineData("{}", "none of them")]
    [InlineData("""{"columns": ["age"], "data": [[1]]}""", "none of them")]
    [InlineData("""{"inputs": [], "instances": []}""", "2 of them")]
    [InlineData("""{"instances": []} x""", "JSON")]
    [InlineData("""{"instances": 5}""", "$.instances")]
    [InlineData("""{"instances": [1, 2]}""", "4 inputs")]
    [InlineData("""{"instances": [[30, 2.0, "dark"]]}""", "3 values")]
    [InlineData("""{"instances": [[30, 2.0, "dark", 2]]}""", "member")]
    [InlineData("""{"instances": [[30, 2.0, "dark", true], 5]}""", "no list")]
    [InlineData("""{"inputs": {}}""", "without columns")]
    [InlineData("""{"inputs": {"age": [1, 2], "cups": [1]}}""", "1 value, and 2 values for age")]
    [InlineData("""{"inputs": {"age": [[1]], "cups": [1], "roast": ["dark"], "member": [true]}}""", "a list")]
    [InlineData("""{"dataframe_records": {"age": 1}}""", "no list")]
    [InlineData("""{"dataframe_records": [{"age": -Infinity, "cups": 1, "roast": "dark", "member": true}]}""", "age")]
    [InlineData("""{"dataframe_records": [{"age": 30, "cups": 1, "roast": "burnt", "member": true}]}""", "burnt")]
    [InlineData("""{"dataframe_split": []}""", "no object")]
    [InlineData("""{"dataframe_split": {"data": [[1]]}}""", "columns")]
    [InlineData("""{"dataframe_split": {"columns": ["age"]}}""", "data")]
    [InlineData("""{"dataframe_split": {"columns": ["age", "age"], "data": [[1, 2]]}}""", "twice")]
    [InlineData("""{"dataframe_split": {"columns": [0, 1], "data": [[1, 2]]}}""", "2 numbered columns")]
    [InlineData("""{"dataframe_split": {"columns": [["a", "b"]], "data": [[1, 2]]}}""", "no text")]
    [InlineData("""{"dataframe_split": {"columns": ["age", "cups", "roast", "member"], "data": [[30, 2.0, "\ud800", true]]}}""", "roast")]
    [InlineData("""{"instances": NaN, "a": "b}""", "JSON")]
    public async Task What_is_wrong_is_told_in_the_words_of_MLflow(string body, string told)
    {
        var response = await _host.Post("/deployments/coffee/invocations", body);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await ErrorOf(response);
        error.GetProperty("error_code").GetString().ShouldBe("BAD_REQUEST");
        error.GetProperty("message").GetString()!.ShouldContain(told);
    }

    [Theory]
    [InlineData("", "header")]
    [InlineData("age,cups,roast,member\n30,2.0,dark\n", "line 2")]
    [InlineData("age,cups,roast,member\n\n30,\"2.0,dark,True\n", "line 3")]
    [InlineData("age,cups,roast,member\n30,\"2\"0,dark,True\n", "closing quote")]
    [InlineData("age,cups,roast,member\nold,2,dark,True\n", "age")]
    [InlineData("age,age,roast,member\n1,2,dark,True\n", "twice")]
    public async Task What_is_wrong_with_csv_is_told_with_its_line(string body, string told)
    {
        var response = await _host.Post("/deployments/coffee/invocations", body, "text/csv");

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ErrorOf(response)).GetProperty("message").GetString()!.ShouldContain(told);
    }

    [Theory]
    [InlineData("/deployments/tea/invocations", "application/json", 404, "RESOURCE_DOES_NOT_EXIST")]
    [InlineData("/deployments/coffee/invocations", "application/xml", 415, "BAD_REQUEST")]
    [InlineData("/deployments/coffee/invocations", "application/json; format=pandas-split", 415, "BAD_REQUEST")]
    [InlineData("/deployments/coffee/invocations", "text/csv; charset=latin1", 415, "BAD_REQUEST")]
    public async Task Other_refusals_have_the_same_shape(string path, string contentType, int status, string code)
    {
        var response = await _host.Post(path, "{}", contentType);

        ((int)response.StatusCode).ShouldBe(status);
        (await ErrorOf(response)).GetProperty("error_code").GetString().ShouldBe(code);
    }

    [Fact]
    public async Task Too_many_rows_and_too_large_a_body_are_refused()
    {
        var rows = await _host.Post("/deployments/coffee/invocations", $$"""{"instances": [{{string.Join(',', Enumerable.Repeat("""[30, 2.0, "dark", true]""", 10_001))}}]}""");
        var columns = await _host.Post("/deployments/visit/invocations", $$"""{"inputs": {"visits": [{{string.Join(',', Enumerable.Repeat('1', 10_001))}}]} }""");
        var large = await _host.Post("/deployments/coffee/invocations", new byte[(16 << 20) + 1]);

        foreach (var response in new[] { rows, columns, large }) response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await ErrorOf(large)).GetProperty("code").GetString().ShouldBe("request.too-large");
    }

    [Fact]
    public async Task Random_bytes_never_break_the_server()
    {
        var draw = new Random(17);
        var bodies = Bodies.Select(data => data.Data).Where(data => data.Item1 == "coffee").Select(data => (Body: Encoding.UTF8.GetBytes(data.Item3), Type: "application/json"))
            .Append((Encoding.UTF8.GetBytes("age,cups,roast,\"member\"\n30,2.0,dark,True\n41,,\"light\",False\n"), "text/csv")).ToList();
        for (var i = 0; i < 1000; i++)
        {
            var (body, type) = bodies[i % bodies.Count];
            var altered = body.ToArray();
            for (var flips = draw.Next(1, 6); flips > 0; flips--) altered[draw.Next(altered.Length)] = (byte)draw.Next(256);

            var response = await _host.Post("/deployments/coffee/invocations", altered, type);

            ((int)response.StatusCode).ShouldBeOneOf(200, 400);
        }
    }

    [Fact]
    public async Task Ping_says_that_models_serve()
    {
        (await _host.Http.GetAsync("/ping", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.OK);

        await using var empty = await ServingHost.Start();
        (await empty.Http.GetAsync("/ping", Cancelled)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var nothing = await empty.Post("/invocations", "{}");
        (nothing.StatusCode, (await ErrorOf(nothing)).GetProperty("code").GetString()).ShouldBe((HttpStatusCode.NotFound, "deployment.unknown"));
    }

    private static async Task<JsonElement> Answer(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<JsonElement> ErrorOf(HttpResponseMessage response)
    {
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancelled)).RootElement;
    }
}
