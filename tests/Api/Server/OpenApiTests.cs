using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cairn.Api.Tests.Access;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Server;

public partial class OpenApiTests
{
    [Fact]
    public async Task Every_endpoint_of_the_API_is_described_with_a_name_and_a_summary()
    {
        await using var home = await TestHome.Start();
        using var document = JsonDocument.Parse(await home.Http.GetStringAsync("/openapi/v1.json"));
        var operations = Operations(document).ToDictionary(operation => $"{operation.Method} {operation.Path}", operation => operation.Body, StringComparer.Ordinal);

        var mapped =
            from endpoint in home.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            let route = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
            where route.StartsWith("/api/v1", StringComparison.Ordinal)
            from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods
            select $"{method.ToLowerInvariant()} {RouteParameter().Replace(route, "{${name}}")}";

        foreach (var endpoint in mapped)
        {
            operations.ShouldContainKey(endpoint);
            operations[endpoint].TryGetProperty("summary", out var summary).ShouldBeTrue(endpoint);
            summary.GetString().ShouldNotBeNullOrWhiteSpace(endpoint);
        }

        operations.Values.Select(operation => operation.GetProperty("operationId").GetString()).Distinct(StringComparer.Ordinal).Count().ShouldBe(operations.Count);
    }

    [Fact]
    public async Task The_description_is_whole()
    {
        await using var home = await TestHome.Start();
        var text = await home.Http.GetStringAsync("/openapi/v1.json");
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;

        root.GetProperty("openapi").GetString().ShouldStartWith("3.1");
        root.GetProperty("info").GetProperty("title").GetString().ShouldBe("Cairn");
        foreach (Match reference in SchemaReference().Matches(text))
            root.GetProperty("components").GetProperty("schemas").TryGetProperty(reference.Groups["name"].Value, out _).ShouldBeTrue(reference.Value);
        foreach (var (path, method, operation) in Operations(document))
        {
            operation.GetProperty("responses").EnumerateObject().ShouldNotBeEmpty($"{method} {path}");
            var declared = operation.TryGetProperty("parameters", out var parameters)
                ? parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == "path").Select(parameter => parameter.GetProperty("name").GetString()!)
                : [];
            var wanted = RouteParameter().Matches(path).Select(match => match.Groups["name"].Value);
            declared.Order(StringComparer.Ordinal).ShouldBe(wanted.Order(StringComparer.Ordinal), $"{method} {path}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(100_000)]
    public async Task Every_list_refuses_a_page_of_no_size_in_the_same_words(int limit)
    {
        await using var home = await TestHome.Start();
        using var document = JsonDocument.Parse(await home.Http.GetStringAsync("/openapi/v1.json"));
        var lists = Operations(document)
            .Where(one => one.Method == "get" && one.Body.TryGetProperty("parameters", out var parameters) && Names(parameters).Contains("limit") && Names(parameters).Contains("page_token"))
            .Select(one => RouteParameter().Replace(one.Path, "0")).ToList();
        lists.Count.ShouldBeGreaterThan(12);

        foreach (var list in lists)
        {
            var problem = await (await home.Http.GetAsync($"{list}?limit={limit}")).ShouldBeProblem(HttpStatusCode.BadRequest, "request.limit");
            problem.Detail.ShouldStartWith($"limit={limit} was asked; a page has 1 to ", customMessage: list);
        }

        static List<string?> Names(JsonElement parameters) => [.. parameters.EnumerateArray().Select(parameter => parameter.GetProperty("name").GetString())];
    }

    [Fact]
    public async Task The_docs_page_and_all_it_loads_are_served_from_here()
    {
        await using var home = await TestHome.Start();

        var redirect = await home.Http.GetAsync("/docs");
        var page = await home.Http.GetStringAsync("/docs/index.html");

        redirect.StatusCode.ShouldBe(HttpStatusCode.MovedPermanently);
        page.ShouldNotContain("<script>");
        foreach (Match asset in Asset().Matches(page))
            (await home.Http.GetAsync($"/docs/{asset.Groups["path"].Value}")).StatusCode.ShouldBe(HttpStatusCode.OK, asset.Value);
        (await home.Http.GetStringAsync("/docs/index.js")).ShouldContain("/openapi/v1.json");
    }

    private static IEnumerable<(string Path, string Method, JsonElement Body)> Operations(JsonDocument document) =>
        from path in document.RootElement.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Name is "get" or "post" or "put" or "patch" or "delete"
        select (path.Name, operation.Name, operation.Value);

    [GeneratedRegex(@"\{\**(?<name>\w+)[^}]*\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RouteParameter();

    [GeneratedRegex("\"\\$ref\": \"#/components/schemas/(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SchemaReference();

    [GeneratedRegex("(src|href)=\"(\\./)?(?<path>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Asset();
}
