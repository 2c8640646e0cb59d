using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cairn.Api.Tests.Tracking;
using Cairn.Tracking.Mlflow.Uploads;

namespace Cairn.Api.Tests.Mlflow;

public sealed class MlflowUploadsOnSqlite : MlflowUploadTests
{
    protected override bool Postgres => false;
}

public sealed class MlflowUploadsOnPostgres : MlflowUploadTests
{
    protected override bool Postgres => true;
}

/// <summary>Files that come in parts, as a client with MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD sends them.</summary>
public abstract class MlflowUploadTests : IAsyncLifetime
{
    private const string Uploads = "/api/2.0/mlflow-artifacts/mpu";

    private TrackingHost _host = null!;
    private string _run = "";

    protected abstract bool Postgres { get; }

    public async ValueTask InitializeAsync()
    {
        _host = await TrackingHost.Start(Postgres);
        _run = await _host.NewRun();
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Parts_that_come_at_once_in_any_order_and_again_become_the_file()
    {
        var content = RandomNumberGenerator.GetBytes(1_000_003);
        var started = await Start(7, "model/big.bin");
        started.Credentials.Select(credential => credential!["part_number"]!.GetValue<int>()).ShouldBe([1, 2, 3, 4, 5, 6, 7]);

        var size = (content.Length / 7) + 1;
        await Send(started, 3, "something else"u8.ToArray()); // gives way to what comes later
        var tags = await Task.WhenAll(Enumerable.Range(1, 7).Reverse().Select(number => Send(started, number, content[((number - 1) * size)..Math.Min(number * size, content.Length)])));
        await Send(started, 5, content[(4 * size)..(5 * size)]); // the same again
        await Complete(started, "model/big.bin", [.. Enumerable.Range(1, 7).Reverse().Zip(tags)]);

        (await _host.Http.GetByteArrayAsync($"/get-artifact?run_id={_run}&path=model/big.bin")).ShouldBe(content);
        Folders().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/api/2.0", "/home/me/model.pkl", "")]
    [InlineData("/ajax-api/2.0", "../data/model.pkl", "/sub/folder")]
    [InlineData("/w/default/api/2.0", "C:\\data\\model.pkl", "/sub")]
    public async Task A_part_goes_where_the_call_went_and_the_file_has_the_last_name_of_its_path(string prefix, string file, string folder)
    {
        var asked = new HttpRequestMessage(HttpMethod.Post, $"{prefix}/mlflow-artifacts/mpu/create/0/{_run}/artifacts{folder}")
        {
            Content = Json(new { path = file, num_parts = 1 }),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", "abc"), Host = "tracking.example:5000" },
        };
        using var answer = await _host.Http.SendAsync(asked); // loopback names of a test server are its own
        var started = Started.Of(await Read(answer));

        started.UrlOf(1).ShouldBe($"http://tracking.example:5000{prefix}/mlflow-artifacts/mpu/parts/{started.Id}/1");
        started.Credentials[0]!["headers"]!.ToJsonString().ShouldBe("""{"Authorization":"Bearer abc"}""");
        var tag = await Send(started, 1, "abc"u8.ToArray());
        tag.ShouldBe($"\"{Convert.ToHexStringLower(SHA256.HashData("abc"u8))}\"");
        using var completed = await _host.Http.PostAsync($"{prefix}/mlflow-artifacts/mpu/complete/0/{_run}/artifacts{folder}", Json(new { path = file, upload_id = started.Id, parts = new[] { new { part_number = 1, etag = tag, url = started.UrlOf(1) } } }));
        (completed.StatusCode, await completed.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.OK, "{}"));
        (await _host.Http.GetStringAsync($"/get-artifact?run_id={_run}&path={$"{folder}/model.pkl".TrimStart('/')}")).ShouldBe("abc");
    }

    [Fact]
    public async Task Behind_a_proxy_a_part_goes_to_the_proxy()
    {
        var asked = new HttpRequestMessage(HttpMethod.Post, $"{Uploads}/create/0/{_run}/artifacts")
        {
            Content = Json(new { path = "a.bin", num_parts = 1 }),
            Headers = { { "X-Forwarded-Proto", "https" }, { "X-Forwarded-Host", "ml.example, inner" }, { "X-Forwarded-Prefix", "/cairn" } },
        };
        using var answer = await _host.Http.SendAsync(asked);

        Started.Of(await Read(answer)).UrlOf(1).ShouldStartWith("https://ml.example/cairn/api/2.0/mlflow-artifacts/mpu/parts/");

        var misled = new HttpRequestMessage(HttpMethod.Post, $"{Uploads}/create/0/{_run}/artifacts") { Content = Json(new { path = "a.bin" }), Headers = { { "X-Forwarded-Proto", "javascript" } } };
        await _host.Http.SendAsync(misled).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
    }

    [Fact]
    public async Task An_upload_with_a_part_missing_unknown_or_altered_is_not_completed_and_goes_on()
    {
        var started = await Start(3, "a.bin");
        var (first, second) = (await Send(started, 1, "1"u8.ToArray()), await Send(started, 2, "2"u8.ToArray()));

        (await Refused(started, (1, first), (2, second))).ShouldContain("1 of the 3 parts");
        (await Refused(started, (1, first), (2, second), (3, first))).ShouldContain(": 3.");
        await Refused(started, (1, first), (2, second), (4, first));
        await Refused(started, (1, first), (1, first), (2, second));
        await Refused(started);
        await Refused(started, (1, first), (2, ""), (3, ""));
        foreach (var number in (string[])["0", "4", "-1", "x", "99999999999"])
            await _host.Http.PutAsync($"{Uploads}/parts/{started.Id}/{number}", new StringContent("x")).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        await _host.Http.GetAsync($"/get-artifact?run_id={_run}&path=a.bin").ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");

        var third = await Send(started, 3, "3"u8.ToArray());
        await Complete(started, "a.bin", (1, first), (2, $"W/{second}"), (3, third));
        (await _host.Http.GetStringAsync($"/get-artifact?run_id={_run}&path=a.bin")).ShouldBe("123");
    }

    [Fact]
    public async Task A_completion_that_is_asked_for_twice_is_answered_twice()
    {
        var started = await Start(2, "a.bin");
        var parts = new[] { (1, await Send(started, 1, new byte[3_000_000])), (2, await Send(started, 2, "2"u8.ToArray())) };

        await Task.WhenAll(Complete(started, "a.bin", parts), Complete(started, "a.bin", parts), Complete(started, "a.bin", parts));
        await Complete(started, "a.bin", parts);

        await _host.Http.PutAsync(started.UrlOf(1), new StringContent("late")).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        Folders().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_upload_that_is_aborted_leaves_nothing()
    {
        var started = await Start(2, "a.bin");
        var first = await Send(started, 1, "1"u8.ToArray());

        (await Ask("abort", "", new { path = "a.bin", upload_id = started.Id })).StatusCode.ShouldBe(HttpStatusCode.OK);

        Folders().ShouldBeEmpty();
        await _host.Http.PutAsync(started.UrlOf(2), new StringContent("2")).ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await Ask("complete", "", new { path = "a.bin", upload_id = started.Id, parts = new[] { new { part_number = 1, etag = first } } }).ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await Ask("abort", "", new { path = "a.bin", upload_id = started.Id }).ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task A_part_that_comes_while_its_upload_is_aborted_leaves_nothing()
    {
        var started = await Start(1, "a.bin");
        using var body = new Waiting();
        var sending = _host.Http.PutAsync(started.UrlOf(1), body);
        while (Folders() is not [var folder] || !Directory.EnumerateFiles(Path.Combine(_host.Folder, "uploads", folder)).Any()) await Task.Delay(10, TestContext.Current.CancellationToken);

        (await Ask("abort", "", new { path = "a.bin", upload_id = started.Id })).StatusCode.ShouldBe(HttpStatusCode.OK);
        body.Go.SetResult();

        await sending.ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        Folders().ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_else_and_no_other_file_uses_an_upload()
    {
        var started = await Start(1, "a.bin");
        var tag = await Send(started, 1, "1"u8.ToArray());
        var parts = new[] { new { part_number = 1, etag = tag } };

        await _host.Neighbour.PutAsync(started.UrlOf(1), new StringContent("x")).ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Neighbour.PostAsync($"{Uploads}/complete/0/{_run}/artifacts", Json(new { path = "a.bin", upload_id = started.Id, parts })).ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Neighbour.PostAsync($"{Uploads}/abort/0/{_run}/artifacts", Json(new { path = "a.bin", upload_id = started.Id })).ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await _host.Neighbour.PostAsync($"{Uploads}/create/0/{_run}/artifacts", Json(new { path = "a.bin", num_parts = 1 })).ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await Ask("complete", "", new { path = "b.bin", upload_id = started.Id, parts }).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        await Ask("complete", "/sub", new { path = "a.bin", upload_id = started.Id, parts }).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
        foreach (var id in (string[])["..", "%2e%2e", "nobody", "..%2f..%2fblobs"])
            (await _host.Http.PutAsync($"{Uploads}/parts/{id}/1", new StringContent("x"))).StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed);
        await Complete(started, "a.bin", (1, tag));
    }

    [Theory]
    [InlineData("""{"num_parts":1}""")]
    [InlineData("""{"path":"a.bin","num_parts":0}""")]
    [InlineData("""{"path":"a.bin","num_parts":-5}""")]
    [InlineData("""{"path":"a.bin","num_parts":10001}""")]
    [InlineData("""{"path":"a.bin","num_parts":"many"}""")]
    [InlineData("""{"path":"..","num_parts":1}""")]
    [InlineData("""{"path":"a/","num_parts":1}""")]
    [InlineData("""{"path":"%2e%2e","num_parts":1}""")]
    [InlineData("""{"path":"x%2f..%2f..%2fb","num_parts":1}""")]
    [InlineData("""{"path":"x%255c..%255cb","num_parts":1}""")]
    public async Task An_upload_that_makes_no_sense_is_not_begun(string body) =>
        await _host.Http.PostAsync($"{Uploads}/create/0/{_run}/artifacts", new StringContent(body, Encoding.UTF8, "application/json")).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");

    [Fact]
    public async Task An_authorization_that_would_make_the_answer_huge_is_not_repeated_ten_thousand_times()
    {
        var asked = new HttpRequestMessage(HttpMethod.Post, $"{Uploads}/create/0/{_run}/artifacts") { Content = Json(new { path = "a.bin", num_parts = 10_000 }) };
        asked.Headers.TryAddWithoutValidation("Authorization", "Bearer " + new string('x', 8000));

        await _host.Http.SendAsync(asked).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");
    }

    [Fact]
    public async Task What_nobody_goes_on_with_is_taken_away_after_a_day_and_what_is_used_stays()
    {
        var (abandoned, used, done) = (await Start(2, "a.bin"), await Start(2, "b.bin"), await Start(1, "c.bin"));
        foreach (var started in (Started[])[abandoned, used]) await Send(started, 1, "1"u8.ToArray());
        await Complete(done, "c.bin", (1, await Send(done, 1, "1"u8.ToArray())));
        var rubbish = Path.Combine(_host.Folder, "uploads", "0123456789abcdef");
        Directory.CreateDirectory(rubbish);
        await _host.Database.Write(transaction => transaction.Execute("UPDATE artifact_uploads SET started_at = started_at - 90000000000")); // 25 hours
        foreach (var file in Directory.EnumerateFileSystemEntries(Path.Combine(_host.Folder, "uploads", abandoned.Id)).Append(Path.Combine(_host.Folder, "uploads", abandoned.Id)))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-25));

        await _host.Service<UploadUpkeep>().Sweep(TestContext.Current.CancellationToken);

        Folders().ShouldBe([used.Id]);
        (await _host.Database.Read(transaction => transaction.Query<string>("SELECT upload_id FROM artifact_uploads"))).ShouldBe([used.Id]);
        await _host.Http.PutAsync(abandoned.UrlOf(2), new StringContent("2")).ShouldBeError(HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST");
        await Send(used, 2, "2"u8.ToArray());
        (await _host.Http.GetStringAsync($"/get-artifact?run_id={_run}&path=c.bin")).ShouldBe("1");
    }

    private string[] Folders() => Directory.Exists(Path.Combine(_host.Folder, "uploads")) ? [.. Directory.EnumerateDirectories(Path.Combine(_host.Folder, "uploads")).Select(folder => Path.GetFileName(folder)!)] : [];

    private async Task<Started> Start(int parts, string path)
    {
        var folder = path.LastIndexOf('/') is var slash and > 0 ? "/" + path[..slash] : "";
        using var answer = await Ask("create", folder, new { path = $"/somewhere/{path}", num_parts = parts });
        return Started.Of(await Read(answer));
    }

    private async Task<string> Send(Started started, int number, byte[] content)
    {
        using var answer = await _host.Http.PutAsync(new Uri(started.UrlOf(number)).PathAndQuery, new ByteArrayContent(content));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return answer.Headers.ETag!.ToString();
    }

    private async Task Complete(Started started, string path, params (int Number, string Tag)[] parts)
    {
        var folder = path.LastIndexOf('/') is var slash and > 0 ? "/" + path[..slash] : "";
        using var answer = await Ask("complete", folder, new { path, upload_id = started.Id, parts = parts.Select(part => new { part_number = part.Number, etag = part.Tag, url = started.UrlOf(part.Number) }) });
        (answer.StatusCode, await answer.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.OK, "{}"));
    }

    private Task<string> Refused(Started started, params (int Number, string Tag)[] parts) =>
        Ask("complete", "", new { path = "a.bin", upload_id = started.Id, parts = parts.Select(part => new { part_number = part.Number, etag = part.Tag }) }).ShouldBeError(HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE");

    private Task<HttpResponseMessage> Ask<T>(string call, string folder, T body) => _host.Http.PostAsync($"{Uploads}/{call}/0/{_run}/artifacts{folder}", Json(body));

    private static StringContent Json<T>(T body) => new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    private static async Task<JsonNode> Read(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    private sealed record Started(string Id, JsonArray Credentials)
    {
        public static Started Of(JsonNode answer) => new(answer["upload_id"]!.GetValue<string>(), answer["credentials"]!.AsArray());

        public string UrlOf(int number) => Credentials.Single(credential => credential!["part_number"]!.GetValue<int>() == number)!["url"]!.GetValue<string>();
    }

    /// <summary>One byte, and the end when it is told.</summary>
    private sealed class Waiting : HttpContent
    {
        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[1]);
            await stream.FlushAsync();
            await Go.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
