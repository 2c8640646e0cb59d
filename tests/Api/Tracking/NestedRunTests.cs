using System.Net;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Tracking;

public sealed class NestedRunsOnSqlite : NestedRunTests
{
    protected override bool Postgres => false;
}

public sealed class NestedRunsOnPostgres : NestedRunTests
{
    protected override bool Postgres => true;
}

public abstract class NestedRunTests : TrackingOn
{
    [Fact]
    public async Task Runs_that_name_a_parent_are_listed_below_it_page_by_page_and_counted()
    {
        var parent = await _host.Run("parent");
        var children = new List<string>();
        for (var n = 0; n < 5; n++) children.Add(await Nested($"child-{n}", parent.RunId));
        var grandchild = await Nested("grandchild", children[0]);
        await _host.Http.DeleteAsync($"/api/v1/runs/{children[4]}").ShouldSucceed();

        var first = await _host.Get<Page<RunWire>>($"/api/v1/runs/{parent.RunId}/children?limit=3");
        var second = await _host.Get<Page<RunWire>>($"/api/v1/runs/{parent.RunId}/children?limit=3&page_token={first.NextPageToken}");

        first.Items.Concat(second.Items).Select(run => run.Name).ShouldBe(["child-3", "child-2", "child-1", "child-0"]);
        second.NextPageToken.ShouldBeNull();
        second.Items[^1].Children.ShouldBe(1);
        (await _host.Get<RunWire>($"/api/v1/runs/{parent.RunId}")).Children.ShouldBe(4, "the deleted one does not count");
        (await _host.Get<RunWire>($"/api/v1/runs/{grandchild}")).Children.ShouldBeNull();
        (await _host.Get<Page<RunWire>>($"/api/v1/runs/{grandchild}/children")).Items.ShouldBeEmpty();
        (await _host.Get<Page<RunWire>>("/api/v1/runs?outermost=true&order_by=name")).Items.Select(run => run.Name).ShouldBe(["parent"]);
        (await _host.Get<RunCountWire>("/api/v1/runs/count?outermost=true")).Count.ShouldBe(1);
        await _host.Neighbour.GetAsync($"/api/v1/runs/{parent.RunId}/children").ShouldBeProblem(HttpStatusCode.NotFound, "run.unknown");
    }

    [Fact]
    public async Task A_parent_that_is_not_there_and_one_of_thousands_of_characters_do_no_harm()
    {
        var orphan = await Nested("orphan", new string('x', 8000));

        (await _host.Get<RunWire>($"/api/v1/runs/{orphan}")).Tags[RunWire.ParentTag].Length.ShouldBe(8000);
    }

    private async Task<string> Nested(string name, string parent)
    {
        var run = await _host.Run(name);
        await _host.Log(run.RunId, new LogBatch(Tags: new Dictionary<string, string>(StringComparer.Ordinal) { [RunWire.ParentTag] = parent })).ShouldSucceed();
        return run.RunId;
    }
}
