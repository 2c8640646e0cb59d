using System.Net.Http.Json;
using Cairn.Access;
using Cairn.Api.Tests.Server;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Access;

public class AuditTests
{
    [Fact]
    public async Task A_change_is_audited_with_who_what_and_why()
    {
        await using var home = await TestHome.Start();
        var made = await home.Client.CreateExperimentAsync(new CreateExperiment("churn"));

        var entry = (await home.Client.ListAuditAsync()).Items[0];

        entry.Caller.ShouldBe("local-admin");
        entry.Action.ShouldBe("experiment.create");
        entry.Subject.ShouldBe($"experiments/{made.ExperimentId}");
        entry.Detail.ShouldContain("churn");
        entry.Time.ShouldBeInRange(DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds() * 1000, DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeMilliseconds() * 1000);
    }

    [Fact]
    public async Task A_refused_change_leaves_no_entry()
    {
        await using var home = await TestHome.Start();
        await home.Client.CreateExperimentAsync(new CreateExperiment("churn"));
        var before = (await home.Client.ListAuditAsync()).Items.Count;

        await Should.ThrowAsync<CairnException>(home.Client.CreateExperimentAsync(new CreateExperiment("churn")));

        (await home.Client.ListAuditAsync()).Items.Count.ShouldBe(before);
    }

    [Fact]
    public async Task An_entry_is_rolled_back_with_the_change_it_tells_of()
    {
        await using var host = await EndpointHost.Start(routes => routes.MapAccess());

        await Should.ThrowAsync<InvalidOperationException>(host.Database.Write<int>(transaction =>
        {
            transaction.Write(Caller.LocalAdmin, "test.change", "tests/1");
            throw new InvalidOperationException("after the entry");
        }));

        (await host.Http.GetFromJsonAsync<Page<AuditEntry>>("/api/v1/audit", CairnJson.Options))!.Items.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_list_is_paged_newest_first_and_of_this_workspace_only()
    {
        await using var host = await EndpointHost.Start(routes => routes.MapAccess());
        await host.Database.Write(transaction =>
        {
            for (var i = 0; i < 5; i++) transaction.Write(Caller.LocalAdmin, "test.change", $"tests/{i}");
            transaction.Write(Caller.LocalAdmin with { Workspace = new("other") }, "test.change", "tests/hidden");
            return true;
        });

        List<string> seen = [];
        string? token = null;
        do
        {
            var page = (await host.Http.GetFromJsonAsync<Page<AuditEntry>>($"/api/v1/audit?limit=2{(token is null ? "" : $"&page_token={token}")}", CairnJson.Options))!;
            page.Items.Count.ShouldBeLessThanOrEqualTo(2);
            seen.AddRange(page.Items.Select(entry => entry.Subject));
            token = page.NextPageToken;
        }
        while (token is not null);

        seen.ShouldBe(["tests/4", "tests/3", "tests/2", "tests/1", "tests/0"]);
    }
}
