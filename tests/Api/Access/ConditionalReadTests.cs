using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cairn.Access;
using Cairn.Api.Tests.Server;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Cairn.Api.Tests.Access;

public class ConditionalReadTests
{
    [Fact]
    public async Task A_read_carries_a_tag_and_asked_again_with_it_is_answered_304_without_a_body()
    {
        await using var home = await TestHome.Start();

        var first = await home.Http.GetAsync("/api/v1/experiments");
        var again = await Get(home.Http, "/api/v1/experiments", first.Headers.ETag!.ToString());
        await home.Client.CreateExperimentAsync(new CreateExperiment("churn"));
        var changed = await Get(home.Http, "/api/v1/experiments", first.Headers.ETag.ToString());

        first.Headers.ETag.IsWeak.ShouldBeFalse();
        first.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");
        first.Content.Headers.ContentLength.ShouldBe((await first.Content.ReadAsByteArrayAsync()).Length);
        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        again.Headers.ETag.ShouldBe(first.Headers.ETag);
        again.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");
        again.Headers.Contains("X-Content-Type-Options").ShouldBeTrue();
        (await again.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        again.Content.Headers.ContentType.ShouldBeNull();
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        changed.Headers.ETag.ShouldNotBe(first.Headers.ETag);
        (await changed.Content.ReadAsStringAsync()).ShouldContain("churn");
    }

    [Theory]
    [InlineData("TAG", HttpStatusCode.NotModified)]
    [InlineData("W/TAG", HttpStatusCode.NotModified)]
    [InlineData("\"other\", TAG", HttpStatusCode.NotModified)]
    [InlineData("*", HttpStatusCode.NotModified)]
    [InlineData("\"other\"", HttpStatusCode.OK)]
    [InlineData("no tag at all", HttpStatusCode.OK)]
    [InlineData("", HttpStatusCode.OK)]
    public async Task Every_form_of_If_None_Match_is_understood(string sent, HttpStatusCode expected)
    {
        await using var host = await EndpointHost.Start(routes => routes.MapGet("/cup", () => TypedResults.Ok(new[] { 1, 2 })).Requires(Permission.DataRead));
        var tag = (await host.Http.GetAsync("/cup")).Headers.ETag!.ToString();

        (await Get(host.Http, "/cup", sent.Replace("TAG", tag, StringComparison.Ordinal))).StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task Every_read_of_the_API_that_answers_JSON_can_be_asked_conditionally()
    {
        await using var home = await TestHome.Start();
        using var document = System.Text.Json.JsonDocument.Parse(await home.Http.GetStringAsync("/openapi/v1.json"));
        var reads = document.RootElement.GetProperty("paths").EnumerateObject()
            .Where(path => path.Name.StartsWith("/api/v1", StringComparison.Ordinal) && !path.Name.Contains('{', StringComparison.Ordinal) && path.Value.TryGetProperty("get", out _))
            .Select(path => path.Name);

        foreach (var read in reads.Except(["/api/v1/backup", "/api/v1/runs/compare", "/api/v1/runs/groups", "/api/v1/predictions/export", "/api/v1/outcomes"], StringComparer.Ordinal))
        {
            var answer = await home.Http.GetAsync(read);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, read);
            answer.Headers.ETag.ShouldNotBeNull(read);
        }
    }

    [Fact]
    public async Task A_refusal_has_no_tag_and_may_not_be_stored()
    {
        await using var home = await TestHome.Start();

        var answer = await home.Http.GetAsync("/api/v1/models/none");

        await answer.ShouldBeProblem(HttpStatusCode.NotFound, "registry.model-unknown");
        answer.Headers.ETag.ShouldBeNull();
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task A_stream_goes_out_as_it_is_written()
    {
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await EndpointHost.Start(routes => routes.MapGet("/stream", async (HttpResponse response) =>
        {
            response.ContentType = "application/x-ndjson";
            await response.WriteAsync("{\"first\": 1}\n");
            await response.Body.FlushAsync();
            await read.Task; // the second line is written only when the first has arrived
            await response.WriteAsync("{\"second\": 2}\n");
        }).Requires(Permission.DataRead));

        using var answer = await host.Http.GetAsync("/stream", HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await lines.ReadLineAsync()).ShouldBe("{\"first\": 1}");
        read.SetResult();

        (await lines.ReadLineAsync()).ShouldBe("{\"second\": 2}");
        answer.Headers.ETag.ShouldBeNull();
    }

    [Theory]
    [InlineData((1 << 20) - 2, true)]
    [InlineData((1 << 20) - 1, false)]
    [InlineData(3 << 20, false)]
    public async Task An_answer_above_1_MiB_is_sent_as_it_is_made_without_a_tag(int length, bool tagged)
    {
        await using var host = await EndpointHost.Start(routes => routes.MapGet("/long", () => TypedResults.Ok(new string('a', length))).Requires(Permission.DataRead));

        var answer = await host.Http.GetAsync("/long");

        (await answer.Content.ReadAsStringAsync()).ShouldBe($"\"{new string('a', length)}\"");
        (answer.Headers.ETag is not null).ShouldBe(tagged);
    }

    [Fact]
    public async Task A_tag_of_the_endpoints_own_stays()
    {
        await using var host = await EndpointHost.Start(routes => routes.MapGet("/own", (HttpResponse response) =>
        {
            response.Headers.ETag = "\"own\"";
            return TypedResults.Ok(1);
        }).Requires(Permission.DataRead));

        (await host.Http.GetAsync("/own")).Headers.ETag!.Tag.ShouldBe("\"own\"");
    }

    [Fact]
    public async Task A_read_that_fails_is_a_problem_like_any_other()
    {
        await using var host = await EndpointHost.Start(routes => routes.MapGet("/fault", async (HttpResponse response) =>
        {
            response.ContentType = "application/json";
            await response.WriteAsync("{\"half\":");
            throw new InvalidOperationException("in the middle");
        }).Requires(Permission.DataRead));

        await (await host.Http.GetAsync("/fault")).ShouldBeProblem(HttpStatusCode.InternalServerError, "server.fault");
    }

    [Fact]
    public async Task A_change_holds_only_for_what_was_read()
    {
        await using var home = await TestHome.Start();
        await home.Http.PostAsync("/api/v1/models/churn/versions", Json("""{"source": "s3://b/m"}"""));
        var read = await home.Http.GetAsync("/api/v1/models/churn");
        var version = await home.Http.GetAsync("/api/v1/models/churn/versions/1");

        (await Describe(home.Http, "/api/v1/models/churn", "mine, ä < b & \\\"c\\\"", read.Headers.ETag!.ToString())).StatusCode.ShouldBe(HttpStatusCode.OK);
        var late = await Describe(home.Http, "/api/v1/models/churn", "theirs", read.Headers.ETag.ToString());

        var problem = await late.ShouldBeProblem(HttpStatusCode.PreconditionFailed, "request.precondition-failed");
        var now = await home.Http.GetAsync("/api/v1/models/churn");
        problem.Detail.ShouldContain(now.Headers.ETag!.Tag);
        (await now.Content.ReadAsStringAsync()).ShouldContain("mine");
        (await Describe(home.Http, "/api/v1/models/churn", "again", now.Headers.ETag.ToString())).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Describe(home.Http, "/api/v1/models/churn", "weak", $"W/{(await home.Http.GetAsync("/api/v1/models/churn")).Headers.ETag}")).StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        (await Describe(home.Http, "/api/v1/models/churn/versions/1", "v", version.Headers.ETag!.ToString())).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Describe(home.Http, "/api/v1/models/churn/versions/1", "v", version.Headers.ETag.ToString())).StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
    }

    private static Task<HttpResponseMessage> Describe(HttpClient http, string path, string description, string tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = Json($$"""{"description": "{{description}}"}""") };
        request.Headers.TryAddWithoutValidation("If-Match", tag);
        return http.SendAsync(request);
    }

    private static Task<HttpResponseMessage> Get(HttpClient http, string path, string tag)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return http.SendAsync(request);
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
}
