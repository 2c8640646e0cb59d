using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Variants;

namespace Cairn.Unit.Tests.Serving.Live;

public class LiveDeploymentTests
{
    private int _asked;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_who_ask_while_a_model_is_loaded_wait_for_that_load_and_the_next_one_is_another()
    {
        var (deployment, gate, loads) = (Sleeping(), new TaskCompletionSource<Routing?>(), 0);
        Task<Routing?> Load()
        {
            Interlocked.Increment(ref loads);
            return gate.Task;
        }

        var waiting = Enumerable.Range(0, 20).Select(_ => deployment.Load(Load)).ToList();
        deployment.Memory(TimeProvider.System).State.ShouldBe("loading");
        waiting.ShouldAllBe(task => !task.IsCompleted);
        gate.SetResult(null);
        await Task.WhenAll(waiting);

        loads.ShouldBe(1);
        await deployment.Load(Load);
        loads.ShouldBe(2);
        deployment.Memory(TimeProvider.System).State.ShouldBe("not-loaded");
    }

    [Fact]
    public async Task What_could_not_be_loaded_is_not_tried_for_the_next_requests_and_then_less_and_less_often()
    {
        var deployment = Sleeping();
        (await deployment.Route(Cancelled)).Refusal!.Detail.ShouldContain("asked 1");
        (await deployment.Route(Cancelled)).Refusal!.Detail.ShouldContain("asked 2");

        deployment.Fail("The disk is gone.");
        for (var i = 0; i < 100; i++) (await deployment.Route(Cancelled)).Refusal!.Detail.ShouldBe("The deployment churn serves nothing. The disk is gone.");
        await Task.Delay(1_100, Cancelled);
        (await deployment.Route(Cancelled)).Refusal!.Detail.ShouldContain("asked 3");

        deployment.Fail("The disk is gone.");
        await Task.Delay(1_100, Cancelled);
        (await deployment.Route(Cancelled)).Refusal!.Detail.ShouldContain("gone");
        await Task.Delay(1_100, Cancelled);
        (await deployment.Route(Cancelled)).Refusal!.Detail.ShouldContain("asked 4");
    }

    [Fact]
    public async Task A_request_leaves_the_time_of_its_use()
    {
        var deployment = Sleeping();
        deployment.LastUsed.ShouldBeNull();

        var before = Environment.TickCount64;
        await deployment.Route(Cancelled);

        deployment.LastUsed!.Value.ShouldBeInRange(before, Environment.TickCount64);
        await deployment.Wake(Cancelled);
        deployment.Memory(TimeProvider.System).LastUsed!.Value.ShouldBeGreaterThan(0);
    }

    private LiveDeployment Sleeping()
    {
        var deployment = new LiveDeployment(
            new(WorkspaceId.Default, "churn", "churn", IsDefault: true, 0),
            (_, _) => new(new Refusal.Unavailable("deployment.loading", $"asked {++_asked}")));
        deployment.Become(deployment.Champion.Rest(null, 1, "package", 0), []);
        return deployment;
    }
}
