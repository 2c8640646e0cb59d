using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Serving;

public sealed class LineStreamTests(LineStreamTests.Coffee coffee) : IClassFixture<LineStreamTests.Coffee>
{
    private const string Path = "/api/v1/deployments/coffee/predict", Lines = "application/x-ndjson";
    private readonly ServingHost _host = coffee.Host;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

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

    [Theory]
    [InlineData("application/x-ndjson")]
    [InlineData("application/jsonl")]
    [InlineData("Application/X-NDJSON; charset=utf-8")]
    public async Task Each_line_is_answered_by_a_line_in_its_order(string contentType)
    {
        var body = string.Join('\n', Enumerable.Range(0, 2500).Select(i => CoffeeModel.Row.Replace("2", (i % 9).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        var expected = (await ServingHost.Read<PredictionsWire>(await _host.Post(Path, $"[{body.Replace('\n', ',')}]"))).Predictions;

        var response = await _host.Post(Path, body, contentType);

        response.Content.Headers.ContentType!.MediaType!.ToLowerInvariant().ShouldBe(contentType.Split(';')[0].ToLowerInvariant());
        var answers = await Answers(response);
        answers.Select(answer => answer.GetProperty("probability").GetDouble()).ShouldBe(expected.Select(row => row.Probability));
        foreach (var index in (int[])[0, 1234, 2499])
        {
            var logged = await ServingHost.Read<LoggedPredictionWire>(await _host.Http.GetAsync($"/api/v1/predictions/{answers[index].GetProperty("prediction_id").GetString()}", Cancelled));
            logged.Probability.ShouldBe(expected[index].Probability);
        }
    }

    [Fact]
    public async Task A_line_is_what_a_request_of_one_row_is_answered()
    {
        var single = await (await _host.Post($"{Path}?explain=true", CoffeeModel.Row)).Content.ReadAsStringAsync(Cancelled);
        var line = await (await _host.Post($"{Path}?explain=true", CoffeeModel.Row, Lines)).Content.ReadAsStringAsync(Cancelled);

        WithoutId(line.TrimEnd('\n')).ShouldBe(WithoutId(single));

        static string WithoutId(string json) => JsonSerializer.Serialize(JsonSerializer.Deserialize<PredictionWire>(json, CairnJson.Options)! with { PredictionId = "" }, CairnJson.Options);
    }

    [Fact]
    public async Task A_bad_line_is_answered_with_its_number_and_the_stream_goes_on()
    {
        var answers = await Answers(await _host.Post(Path, $"\uFEFF{CoffeeModel.Row}\r\n\n  \nnonsense\n{{\"age\": 5}}\n{CoffeeModel.Row} x\n[]\n{CoffeeModel.Row}", Lines));

        answers.Select(answer => answer.TryGetProperty("line", out var line) ? line.GetInt64() : 0).ShouldBe([0, 4, 5, 6, 7, 0]);
        answers[1].GetProperty("error").GetProperty("code").GetString().ShouldBe("request.malformed");
        answers[2].GetProperty("error").GetProperty("code").GetString().ShouldBe("predict.row-invalid");
        answers[2].GetProperty("error").GetProperty("errors")[0].GetProperty("field").GetString().ShouldBe("$.roast");
    }

    [Fact]
    public async Task A_stream_that_is_to_stop_at_an_error_ends_with_it()
    {
        var answers = await Answers(await _host.Post($"{Path}?on_error=stop", $"{CoffeeModel.Row}\nnonsense\n{CoffeeModel.Row}\n", Lines));

        answers.Count.ShouldBe(2);
        answers[1].GetProperty("line").GetInt64().ShouldBe(2);
        (await ServingHost.ProblemOf(await _host.Post($"{Path}?on_error=perhaps", "", Lines))).Code.ShouldBe("request.malformed");
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("")]
    public async Task A_line_longer_than_a_mebibyte_is_passed_over(string end)
    {
        var longest = CoffeeModel.Row.Replace("\"dark\"", $"\"dark\", \"note\": \"{new string('x', (1 << 20) - CoffeeModel.Row.Length - 12)}\"", StringComparison.Ordinal);
        longest.Length.ShouldBe(1 << 20);

        var answers = await Answers(await _host.Post(Path, $"{longest}\n{longest} \n{new string('y', 5 << 20)}\n{CoffeeModel.Row}\n{new string('z', 3 << 20)}{end}", Lines));

        answers.Select(answer => answer.TryGetProperty("line", out var line) ? line.GetInt64() : 0).ShouldBe([0, 2, 3, 0, 5]);
        answers[1].GetProperty("error").GetProperty("code").GetString().ShouldBe("request.line-too-long");
    }

    [Fact]
    public async Task More_than_sixteen_mebibytes_and_ten_thousand_rows_are_taken()
    {
        var padded = CoffeeModel.Row.Replace("{", $"{{\"note\": \"{new string('x', 1500)}\", ", StringComparison.Ordinal);
        var body = Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Repeat(padded, 12_000)));
        body.Length.ShouldBeGreaterThan(16 << 20);

        var before = await _host.LoggedRows();
        using var connection = await Connection.Open(_host, Path);
        var reading = Task.Run(() => connection.ReadLines(12_000));
        for (var at = 0; at < body.Length; at += 1 << 20) await connection.Send(body.AsMemory(at, Math.Min(1 << 20, body.Length - at)));
        await connection.End();

        (await reading).ShouldAllBe(line => line.StartsWith("{\"prediction_id\""));
        (await _host.LoggedRows() - before).ShouldBe(12_000);
    }

    [Fact]
    public async Task The_first_answers_arrive_before_the_last_line_is_sent()
    {
        using var connection = await Connection.Open(_host, Path);
        for (var i = 0; i < 5; i++)
        {
            await connection.Send(Encoding.UTF8.GetBytes($"{CoffeeModel.Row}\n{CoffeeModel.Row}\n{CoffeeModel.Row[..10]}"));
            (await connection.ReadLines(2)).ShouldAllBe(line => line.StartsWith("{\"prediction_id\""));
            await connection.Send(Encoding.UTF8.GetBytes($"{CoffeeModel.Row[10..]}\n"));
            (await connection.ReadLines(1)).ShouldAllBe(line => line.StartsWith("{\"prediction_id\""));
        }

        await connection.End();
        (await connection.ReadLines(1)).ShouldBeEmpty("the answer ends when the request has ended");
    }

    [Fact]
    public async Task Who_closes_in_the_middle_is_forgotten_and_what_was_answered_is_logged()
    {
        var before = await _host.LoggedRows();
        using (var connection = await Connection.Open(_host, Path))
        {
            await connection.Send(Encoding.UTF8.GetBytes($"{CoffeeModel.Row}\n{CoffeeModel.Row[..20]}"));
            await connection.ReadLines(1);
        }

        await ServingHost.Read<PredictionWire>(await _host.Post(Path, CoffeeModel.Row));
        (await _host.LoggedRows() - before).ShouldBe(2);
    }

    [Fact]
    public async Task Nothing_more_is_read_while_nobody_takes_the_answers()
    {
        var before = await _host.LoggedRows();
        using var connection = await Connection.Open(_host, Path);
        var chunk = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(CoffeeModel.Row + "\n", 1000)));
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            for (; sent < 200; sent++) await connection.Send(chunk);
            await connection.End();
        });

        long logged = -1, next;
        while ((next = await _host.LoggedRows() - before) != logged || logged == 0)
        {
            logged = next;
            await Task.Delay(500, Cancelled);
        }

        sending.IsCompleted.ShouldBeFalse("the sender waits for room");
        logged.ShouldBeLessThan(200_000);
        (await connection.ReadLines(200_000)).Count.ShouldBe(200_000);
        await sending;
        (await _host.LoggedRows() - before).ShouldBe(200_000);
    }

    [Fact]
    public async Task A_deployment_without_a_model_refuses_the_stream_as_a_whole()
    {
        await using var host = await ServingHost.Start();
        await host.Register("coffee", seed: 1);
        await host.Deployments.Ensure(Cairn.Access.Caller.LocalAdmin, "coffee", "coffee", settings: null, Cancelled);

        var response = await host.Post(Path, CoffeeModel.Row, Lines);

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ServingHost.ProblemOf(response)).Code.ShouldBe("deployment.no-model");
    }

    private static async Task<List<JsonElement>> Answers(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        text.ShouldEndWith("\n");
        return [.. text.TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
    }

    /// <summary>HTTP by hand: HttpClient does not read an answer before it has sent its request.</summary>
    private sealed class Connection : IDisposable
    {
        private readonly TcpClient _tcp = new();
        private StreamReader? _reader;
        private Stream _stream = null!;
        private bool _ended;

        public static async Task<Connection> Open(ServingHost host, string path)
        {
            var connection = new Connection();
            var address = host.Http.BaseAddress!;
            await connection._tcp.ConnectAsync(address.Host, address.Port, Cancelled);
            connection._stream = connection._tcp.GetStream();
            await connection._stream.WriteAsync(Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"), Cancelled);
            return connection;
        }

        public async Task Send(ReadOnlyMemory<byte> bytes)
        {
            await _stream.WriteAsync(Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), Cancelled);
            await _stream.WriteAsync(bytes, Cancelled);
            await _stream.WriteAsync("\r\n"u8.ToArray(), Cancelled);
        }

        public Task End() => _stream.WriteAsync("0\r\n\r\n"u8.ToArray(), Cancelled).AsTask();

        /// <summary>Fewer when the answer ends before.</summary>
        public async Task<List<string>> ReadLines(int count)
        {
            if (_reader is null)
            {
                _reader = new StreamReader(_stream, Encoding.UTF8);
                (await _reader.ReadLineAsync(Cancelled))!.ShouldBe("HTTP/1.1 200 OK");
                while ((await _reader.ReadLineAsync(Cancelled))!.Length > 0) { }
            }

            // A chunk of the answer is whole lines: the size stands on a line of its own, and an empty one follows.
            var lines = new List<string>();
            while (lines.Count < count && !_ended)
            {
                var line = (await _reader.ReadLineAsync(Cancelled))!;
                if (line == "0") _ended = true;
                else if (line.StartsWith('{')) lines.Add(line);
            }

            return lines;
        }

        public void Dispose() => _tcp.Dispose();
    }
}
