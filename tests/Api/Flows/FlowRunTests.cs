using System.Diagnostics;
using System.Net.Http.Json;
using Cairn.Api.Tests.Projects;
using Cairn.Api.Tests.Server;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Api.Tests.Flows;

public class FlowRunTests
{
    [Fact]
    public async Task An_unknown_run_is_refused_on_every_route()
    {
        await using var home = await TestHome.Start();
        var id = new string('a', 32);
        foreach (var answer in (HttpResponseMessage[])
                 [
                     await home.Http.GetAsync($"/api/v1/flow-runs/{id}"), await home.Http.PostAsync($"/api/v1/flow-runs/{id}/cancel", null),
                     await home.Http.PostAsync($"/api/v1/flow-runs/{id}/resume", null),
                 ])
        {
            ((int)answer.StatusCode).ShouldBe(404);
            (await answer.Content.ReadFromJsonAsync<Problem>(CairnJson.Options))!.Code.ShouldBe("flow.run-unknown");
        }
    }

    [Fact]
    public async Task A_long_poll_answers_when_the_run_has_moved_and_lists_are_paged()
    {
        await using var home = await TestHome.Start();
        using var project = new SampleProject();
        project.Edit("trials: 2", "trials: 25");
        var run = await home.Client.RunProjectAsync(new RunProject(project.Wire));
        var watch = Stopwatch.StartNew();

        var versions = new List<long> { run.Version };
        while (versions.Count < 5)
        {
            run = (await home.Http.GetFromJsonAsync<FlowRunWire>($"/api/v1/flow-runs/{run.FlowRunId}?wait_ms=20000&version={run.Version}", CairnJson.Options))!;
            versions.Add(run.Version);
        }

        versions.ShouldBeInOrder();
        versions.ShouldBeUnique();
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20), "no poll waited for its time to be up");

        await home.Client.CancelFlowRunAsync(run.FlowRunId);
        var ended = await home.Client.WaitForFlowRunAsync(run.FlowRunId);
        watch.Restart();
        await home.Http.GetFromJsonAsync<FlowRunWire>($"/api/v1/flow-runs/{run.FlowRunId}?wait_ms=20000&version={ended.Version}", CairnJson.Options);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5), "a run that has ended is answered at once");

        (await home.Client.CancelFlowRunAsync(run.FlowRunId).ContinueWith(t => (t.Exception!.InnerException as CairnException)!.Problem.Code, TaskScheduler.Default)).ShouldBe("flow.not-active");
        (await home.Client.ListFlowRunsAsync(limit: 1)).NextPageToken.ShouldBeNull();
    }
}
