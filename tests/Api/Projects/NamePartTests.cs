using Cairn.Api.Tests.Server;
using Cairn.Unit.Tests.Storage;

namespace Cairn.Api.Tests.Projects;

public class NamePartTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_list_of_things_with_a_name_can_be_asked_for_a_part_of_it_in_any_case(bool postgres)
    {
        await using var database = postgres ? await TestPostgres.Create() : null;
        await using var home = await TestHome.Start(options => options with { PostgreSql = database?.ConnectionString });
        using var project = new SampleProject();
        (await project.Result(home.Client)).Verdict.ShouldBe("promoted");

        (await Found("HUR")).ShouldBe([1, 1, 1, 1]);
        (await Found(null)).ShouldBe([1, 1, 1, 1]);
        (await Found("")).ShouldBe([1, 1, 1, 1]);
        foreach (var none in (string[])["churns", "c%n", "_hurn", "!", "'", "%"]) (await Found(none)).ShouldBe([0, 0, 0, 0], none);

        async Task<int[]> Found(string? part) =>
        [
            (await home.Client.ListProjectsAsync(part)).Items.Count, (await home.Client.ListModelsAsync(part)).Items.Count,
            (await home.Client.ListDeploymentsAsync(part)).Items.Count, (await home.Client.ListDatasetsAsync(part)).Items.Count,
        ];
    }
}
