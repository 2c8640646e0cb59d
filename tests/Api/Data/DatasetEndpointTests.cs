using System.Net;
using System.Text.Json;
using Cairn.Access;
using Cairn.Api.Tests.Server;
using Cairn.Data;
using Cairn.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Data;

public sealed class DatasetEndpointTests : IAsyncLifetime
{
    private TestHome _server = null!;
    private string _digest = "";

    public async ValueTask InitializeAsync()
    {
        var home = TestHome.NewFolder();
        Directory.CreateDirectory(home);
        await using (var services = new ServiceCollection().AddStorage(new() { Home = home }).AddData().BuildServiceProvider())
        {
            var datasets = services.GetRequiredService<Datasets>();
            var schema = new Schema([new("id", ColumnType.Text), new("x", ColumnType.Number, Nullable: true)], Key: "id");
            _digest = await Take("customers", "id,x\na,1\n", schema);
            await Take("customers", "id,x\na,1\nb,\n", schema with { Columns = [schema.Columns[0], new("x", ColumnType.Number, Nullable: true, Max: 10), new("y", ColumnType.Text, Nullable: true)] });
            await Take("another", "id,x\na,1\n", schema with { Columns = [schema.Columns[0] with { Pii = true }, schema.Columns[1]] });

            async Task<string> Take(string name, string csv, Schema contract)
            {
                var path = Path.Combine(home, "rows.csv");
                await File.WriteAllTextAsync(path, contract.Columns.Count == 3 ? csv.Replace("\n", ",\n").Replace("id,x,", "id,x,y") : csv);
                return (await datasets.Take(Caller.LocalAdmin, name, path, contract, null, TestContext.Current.CancellationToken)).Value.Version.Digest.Hex;
            }
        }

        _server = await TestHome.Start(home);
    }

    [Fact]
    public async Task Datasets_are_listed_by_name_and_in_pages()
    {
        var first = await Get("/api/v1/datasets?limit=1");
        var second = await Get($"/api/v1/datasets?limit=1&page_token={first.GetProperty("next_page_token").GetString()}");

        first.GetProperty("items")[0].GetProperty("name").GetString().ShouldBe("another");
        second.GetProperty("items")[0].GetProperty("name").GetString().ShouldBe("customers");
        second.GetProperty("items")[0].GetProperty("latest_version").GetInt64().ShouldBe(2);
        second.TryGetProperty("next_page_token", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Versions_are_listed_newest_first()
    {
        var first = await Get("/api/v1/datasets/customers/versions?limit=1");
        var second = await Get($"/api/v1/datasets/customers/versions?limit=1&page_token={first.GetProperty("next_page_token").GetString()}");

        first.GetProperty("items")[0].GetProperty("version").GetInt64().ShouldBe(2);
        second.GetProperty("items")[0].GetProperty("version").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task A_version_is_found_by_number_and_by_the_start_of_its_digest()
    {
        (await Get("/api/v1/datasets/customers/versions/1")).GetProperty("digest").GetString().ShouldBe(_digest);
        (await Get($"/api/v1/datasets/customers/versions/{_digest[..8]}")).GetProperty("rows").GetInt64().ShouldBe(1);
    }

    [Fact]
    public async Task Rows_come_as_they_stand_in_the_source_in_pages_and_without_personal_data()
    {
        var first = await Get("/api/v1/datasets/customers/versions/2/rows?limit=1");
        var second = await Get($"/api/v1/datasets/customers/versions/2/rows?limit=1&page_token={first.GetProperty("next_page_token").GetString()}");

        first.GetProperty("items").GetRawText().ShouldBe("""[{"row":1,"values":["a","1.0",null]}]""");
        second.GetProperty("items").GetRawText().ShouldBe("""[{"row":2,"values":["b",null,null]}]""");
        second.TryGetProperty("next_page_token", out _).ShouldBeFalse();
        (await Get("/api/v1/datasets/another/versions/1/rows")).GetProperty("items").GetRawText().ShouldBe("""[{"row":1,"values":[null,"1.0"]}]""");
    }

    [Theory]
    [InlineData("versions/2/rows?limit=0", HttpStatusCode.BadRequest, "request.limit")]
    [InlineData("versions/2/rows?page_token=x", HttpStatusCode.BadRequest, "request.page-token")]
    [InlineData("versions/9/rows", HttpStatusCode.NotFound, "data.version-unknown")]
    public async Task Rows_that_cannot_be_listed_are_refused(string asked, HttpStatusCode status, string code)
    {
        var answer = await _server.Http.GetAsync($"/api/v1/datasets/customers/{asked}", TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(status);
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("code").GetString().ShouldBe(code);
    }

    [Fact]
    public async Task Two_versions_are_compared_column_by_column()
    {
        var changes = (await Get("/api/v1/datasets/customers/compare?left=1&right=2")).GetProperty("changes").EnumerateArray();

        changes.Select(c => $"{c.GetProperty("column")} {c.GetProperty("change")}: {c.GetProperty("left")} -> {c.GetProperty("right")}").ShouldBe(["x range: any -> … to 10", "y added:  -> text"]);
    }

    [Fact]
    public async Task A_version_tells_what_its_columns_hold()
    {
        var profile = await Get($"/api/v1/datasets/customers/versions/{_digest[..8]}/profile");

        (profile.GetProperty("version").GetInt64(), profile.GetProperty("rows").GetInt64()).ShouldBe((1, 1));
        var columns = profile.GetProperty("columns").EnumerateArray().ToList();
        columns.Select(column => column.GetProperty("name").GetString()).ShouldBe(["id", "x"]);
        columns[0].GetProperty("buckets").GetArrayLength().ShouldBe(0);
        columns[1].GetProperty("numbers").GetProperty("mean").GetDouble().ShouldBe(1);
        columns[1].GetProperty("buckets")[0].GetProperty("rows").GetInt64().ShouldBe(1);
    }

    [Theory]
    [InlineData("/api/v1/datasets/customers/versions/7/profile", HttpStatusCode.NotFound, "data.version-unknown")]
    [InlineData("/api/v1/datasets/nothing/versions", HttpStatusCode.NotFound, "data.dataset-unknown")]
    [InlineData("/api/v1/datasets/nothing/versions/1", HttpStatusCode.NotFound, "data.dataset-unknown")]
    [InlineData("/api/v1/datasets/customers/versions/7", HttpStatusCode.NotFound, "data.version-unknown")]
    [InlineData("/api/v1/datasets/customers/versions/latest", HttpStatusCode.BadRequest, "data.version-name")]
    [InlineData("/api/v1/datasets/customers/compare?left=1", HttpStatusCode.BadRequest, "data.version-name")]
    [InlineData("/api/v1/datasets?page_token=%21", HttpStatusCode.BadRequest, "request.page-token")]
    public async Task What_is_not_there_is_a_problem_with_a_code(string url, HttpStatusCode status, string code)
    {
        using var response = await _server.Http.GetAsync(url, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(status);
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("code").GetString().ShouldBe(code);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<JsonElement> Get(string url) =>
        JsonDocument.Parse(await _server.Http.GetStringAsync(url, TestContext.Current.CancellationToken)).RootElement;
}
