using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Cairn.Access;
using Cairn.Api.Tests.Server;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Unit.Tests.Storage;
using Microsoft.AspNetCore.Builder;

namespace Cairn.Api.Tests.Access;

public class ProblemTests
{
    [Fact]
    public async Task A_text_that_PostgreSQL_takes_nowhere_is_refused_and_is_no_fault_of_the_server()
    {
        await using var database = await TestPostgres.Create();
        await using var home = await TestHome.Start(options => options with { PostgreSql = database.ConnectionString });

        await (await home.Http.PostAsJsonAsync("/api/v1/predictions/erase", new { entity = "\0" })).ShouldBeProblem(HttpStatusCode.BadRequest, "request.malformed");
        await (await home.Http.GetAsync("/api/v1/models?page_token=AG2O")).ShouldBeProblem(HttpStatusCode.BadRequest, "request.page-token"); // holds one when it is decoded

        (await File.ReadAllTextAsync(Path.Combine(home.Home, "logs", "server.log"))).ShouldNotContain("\"level\":\"error\"");
        (await Post(home.Http, """{"name": "a"}""")).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task What_the_framework_refuses_has_the_same_shape_as_what_a_handler_refuses()
    {
        await using var home = await TestHome.Start();
        var http = home.Http;

        await (await http.GetAsync("/api/v1/nothing-here")).ShouldBeProblem(HttpStatusCode.NotFound, "request.no-such-route");
        var method = await (await http.DeleteAsync("/api/v1/about")).ShouldBeProblem(HttpStatusCode.MethodNotAllowed, "request.method");
        method.Detail.ShouldContain("GET");
        await (await Post(http, "{}", "text/csv")).ShouldBeProblem(HttpStatusCode.UnsupportedMediaType, "request.media-type");
        var unreadable = await (await http.GetAsync("/api/v1/audit?limit=many")).ShouldBeProblem(HttpStatusCode.BadRequest, "request.malformed");
        unreadable.Detail.ShouldContain("limit is 'many'");
        unreadable.Errors!.Single().Field.ShouldBe("limit");
        (await (await http.GetAsync("/api/v1/runs?limit=99999999999")).ShouldBeProblem(HttpStatusCode.BadRequest, "request.malformed")).Detail.ShouldContain("99999999999");
        (await (await http.GetAsync("/api/v1/runs/compare?ids=a,b&all=perhaps")).ShouldBeProblem(HttpStatusCode.BadRequest, "request.malformed")).Detail.ShouldContain("true or false");
        await (await http.GetAsync("/api/v1/audit?page_token=%21%21")).ShouldBeProblem(HttpStatusCode.BadRequest, "request.page-token");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"name\": 3}")]
    [InlineData("{\"name\": \"a\", \"tags\": \"b\"}")]
    [InlineData("{\"name\": \"\u0001\"}")]
    public async Task A_malformed_body_is_refused_and_nothing_of_ours_leaks(string body)
    {
        await using var home = await TestHome.Start();

        var problem = await (await Post(home.Http, body)).ShouldBeProblem(HttpStatusCode.BadRequest, "request.malformed");

        problem.Detail.ShouldNotContain("Cairn.");
        problem.Detail.ShouldNotContain("System.");
    }

    [Fact]
    public async Task The_place_of_a_wrong_value_is_named()
    {
        await using var home = await TestHome.Start();

        var problem = await (await Post(home.Http, """{"name": "a", "tags": {"x": 7}}""")).ShouldBeProblem(HttpStatusCode.BadRequest, "request.malformed");

        problem.Errors.ShouldNotBeNull().Single().Field.ShouldBe("$.tags.x");
    }

    [Fact]
    public async Task A_body_nested_deeper_than_any_request_needs_is_refused()
    {
        await using var home = await TestHome.Start();

        await (await Post(home.Http, $"{{\"name\": {new string('[', 10_000)}{new string(']', 10_000)}}}")).ShouldBeProblem(HttpStatusCode.BadRequest, "request.malformed");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_above_16_MiB_is_refused_and_its_sender_gets_to_read_that(bool expect)
    {
        await using var home = await TestHome.Start();
        using var content = new ByteArrayContent(new byte[(16 << 20) + 1]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/experiments") { Content = content };
        request.Headers.ExpectContinue = expect;

        var answer = await home.Http.SendAsync(request);

        await answer.ShouldBeProblem(HttpStatusCode.RequestEntityTooLarge, "request.too-large");
    }

    [Fact]
    public async Task A_fault_has_a_trace_id_and_tells_nothing_of_the_inside()
    {
        await using var host = await EndpointHost.Start(routes => routes.MapGet("/fault", string () => throw new InvalidOperationException("the password is 42")).Requires(Permission.DataRead));

        var answer = await host.Http.GetAsync("/fault");

        await answer.ShouldBeProblem(HttpStatusCode.InternalServerError, "server.fault");
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("password");
    }

    [Theory]
    [InlineData(StorageFault.DiskFull, "storage.disk-full")]
    [InlineData(StorageFault.ReadOnly, "storage.read-only")]
    [InlineData(StorageFault.Unavailable, "storage.unavailable")]
    [InlineData(StorageFault.Busy, "storage.busy")]
    public async Task A_storage_that_cannot_write_is_told_as_such_and_is_worth_a_retry(StorageFault fault, string code)
    {
        await using var host = await EndpointHost.Start(routes => routes.MapGet("/fault", string () => throw new StorageException(fault, "No room. Make some.")).Requires(Permission.DataRead));

        var answer = await host.Http.GetAsync("/fault");

        (await answer.ShouldBeProblem(HttpStatusCode.ServiceUnavailable, code)).Detail.ShouldBe("No room. Make some.");
        answer.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task Each_kind_of_refusal_has_its_status_and_keeps_its_fields()
    {
        (Refusal Refusal, HttpStatusCode Status)[] kinds =
        [
            (new Refusal.Missing("test.a", "a"), HttpStatusCode.NotFound), (new Refusal.Conflict("test.b", "b"), HttpStatusCode.Conflict),
            (new Refusal.Invalid("test.c", "c") { Fields = [new("$.x", "1", "2")] }, HttpStatusCode.BadRequest), (new Refusal.Forbidden("test.d", "d"), HttpStatusCode.Forbidden),
            (new Refusal.TooLarge("test.e", "e"), HttpStatusCode.RequestEntityTooLarge), (new Refusal.Unavailable("test.f", "f"), HttpStatusCode.ServiceUnavailable),
        ];
        await using var host = await EndpointHost.Start(routes => routes.MapGet("/refuse/{kind:int}", (int kind) => kinds[kind].Refusal.ToProblem()).Requires(Permission.DataRead));

        for (var kind = 0; kind < kinds.Length; kind++)
        {
            var problem = await (await host.Http.GetAsync($"/refuse/{kind}")).ShouldBeProblem(kinds[kind].Status, kinds[kind].Refusal.Code);
            problem.Detail.ShouldBe(kinds[kind].Refusal.Detail);
            (problem.Errors?.Count ?? 0).ShouldBe(kinds[kind].Refusal.Fields.Count);
        }
    }

    private static async Task<HttpResponseMessage> Post(HttpClient http, string body, string type = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        return await http.PostAsync("/api/v1/experiments", content);
    }
}
