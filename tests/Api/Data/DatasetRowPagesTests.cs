using System.Net;
using System.Text.Json;
using Cairn.Access;
using Cairn.Api.Tests.Server;
using Cairn.Data;
using Cairn.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Data;

/// <summary>Who reads a whole version takes it in few pages: each is checked against the digest of the whole part that holds it.</summary>
public sealed class DatasetRowPagesTests : IAsyncLifetime
{
    private const int Rows = 1002;

    private TestHome _server = null!;

    public async ValueTask InitializeAsync()
    {
        var home = TestHome.NewFolder();
        Directory.CreateDirectory(home);
        await using (var services = new ServiceCollection().AddStorage(new() { Home = home }).AddData().BuildServiceProvider())
        {
            var datasets = services.GetRequiredService<Datasets>();
            await Take("wide", 501);
            await Take("long", 2);

            async Task Take(string name, int columns)
            {
                var (path, names) = (Path.Combine(home, "rows.csv"), Enumerable.Range(0, columns).Select(column => $"c{column}").ToList());
                await File.WriteAllTextAsync(path, string.Join(',', names) + "\n" + string.Concat(Enumerable.Range(0, Rows).Select(row => $"{row}{string.Concat(Enumerable.Repeat(",1", columns - 1))}\n")));
                var taken = await datasets.Take(Caller.LocalAdmin, name, path, new Schema([.. names.Select(column => new ColumnContract(column, ColumnType.Number))]), null, TestContext.Current.CancellationToken);
                taken.Refusal.ShouldBeNull();
            }
        }

        _server = await TestHome.Start(home);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task All_rows_of_a_version_are_one_page_when_as_many_are_asked()
    {
        var whole = await Get("long?limit=50000");

        (whole.GetProperty("items").GetArrayLength(), whole.TryGetProperty("next_page_token", out _)).ShouldBe((Rows, false));
        using var more = await _server.Http.GetAsync("/api/v1/datasets/long/versions/1/rows?limit=50001", TestContext.Current.CancellationToken);
        more.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Wide_rows_are_fewer_than_were_asked_and_the_next_page_goes_on_behind_them()
    {
        var first = await Get("wide?limit=50000");
        var second = await Get($"wide?limit=50000&page_token={first.GetProperty("next_page_token").GetString()}");

        first.GetProperty("items").GetArrayLength().ShouldBe(1000);
        second.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("row").GetInt64()).ShouldBe([1001, 1002]);
        second.TryGetProperty("next_page_token", out _).ShouldBeFalse();
    }

    private async Task<JsonElement> Get(string asked)
    {
        var parts = asked.Split('?');
        using var answer = await _server.Http.GetAsync($"/api/v1/datasets/{parts[0]}/versions/1/rows?{parts[1]}", TestContext.Current.CancellationToken);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }
}
