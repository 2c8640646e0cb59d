using System.Net.Http.Json;
using Cairn.Api.Tests.Server;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Projects;

public class ListProjectsTests
{
    [Fact]
    public async Task Projects_and_their_revisions_are_listed_page_by_page()
    {
        await using var home = await TestHome.Start();
        using var project = new SampleProject(200);
        project.Edit("trials: 2", "trials: 1");
        var was = "churn";
        foreach (var name in (string[])["beta", "alpha"])
        {
            project.Edit($"project: {was}\n", $"project: {name}\n");
            was = name;
            await Cancelled(home, project);
        }

        project.Edit("trials: 1", "trials: 2");
        await Cancelled(home, project);

        var first = await home.Client.ListProjectsAsync(limit: 1);
        first.Items.Single().Name.ShouldBe("alpha");
        (await home.Client.ListProjectsAsync(limit: 1, pageToken: first.NextPageToken)).Items.Single().Name.ShouldBe("beta");
        (await home.Client.FindProjectAsync("gamma")).ShouldBeNull();

        var revisions = await home.Http.GetFromJsonAsync<Page<ProjectRevisionWire>>("/api/v1/projects/alpha/revisions?limit=1", CairnJson.Options);
        var older = await home.Http.GetFromJsonAsync<Page<ProjectRevisionWire>>($"/api/v1/projects/alpha/revisions?limit=1&page_token={revisions!.NextPageToken}", CairnJson.Options);
        revisions.Items.Single().Revision.ShouldBe(first.Items[0].Revision);
        (older!.Items.Single().Revision == first.Items[0].Revision).ShouldBeFalse();
        older.NextPageToken.ShouldBeNull();
        older.Items.Single().Files.Keys.Order(StringComparer.Ordinal).ShouldBe(["cairn.yaml", "schema.yaml"]);
        ((int)(await home.Http.GetAsync("/api/v1/projects/gamma/revisions")).StatusCode).ShouldBe(404);
        ((int)(await home.Http.GetAsync("/api/v1/projects?page_token=!")).StatusCode).ShouldBe(400);
    }

    private static async Task Cancelled(TestHome home, SampleProject project)
    {
        var id = (await home.Client.RunProjectAsync(new RunProject(project.Wire))).FlowRunId;
        try
        {
            await home.Client.CancelFlowRunAsync(id);
        }
        catch (CairnException)
        {
            // It was quicker.
        }

        await home.Client.WaitForFlowRunAsync(id);
    }
}
