using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Online;
using Cairn.Serving.Variants;
using Cairn.Unit.Tests.Learning.Packages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Serving.Variants;

public class ShadowQueueTests
{
    private static readonly byte[] Request = TelcoPackage.Request(0);

    [Fact]
    public async Task What_shadows_cannot_keep_up_with_is_dropped_and_counted_and_the_rest_is_scored()
    {
        var (champion, shadow) = (Model("champion"), Model("shadow"));
        var routing = Routing.Of(Place(champion), [Place(shadow, isShadow: true).Beside(Place(champion))], null, 0)!;
        using var queue = new ShadowQueue(null!, NullLogger<ShadowQueue>.Instance); // nothing is logged, so no log is asked

        var taken = 0;
        for (var i = 0; i < 1100; i++)
        {
            if (queue.Offer(new(routing, await Body(), [new(Uuid7.NewGuid(TimeProvider.System), 0.25, champion, 0, Request.Length)], null))) taken++;
        }

        taken.ShouldBe(1024);
        shadow.Numbers.Read().ShouldSatisfyAllConditions(counts => counts.Dropped.ShouldBe(76), counts => counts.Rows.ShouldBe(0));

        await queue.StartAsync(default);
        await queue.StopAsync(default);
        shadow.Numbers.Read().ShouldSatisfyAllConditions(counts => counts.Dropped.ShouldBe(76), counts => counts.Rows.ShouldBe(1024));
        routing.Shadows[0].Pairs.Read().Rows.ShouldBe(1024);
        queue.Offer(new(routing, await Body(), [new(default, 0.25, champion, 0, Request.Length)], null)).ShouldBeFalse();
    }

    [Fact]
    public async Task Disposed_of_without_a_stop_it_scores_what_waits_and_its_thread_ends()
    {
        var (champion, shadow) = (Model("champion"), Model("shadow"));
        var routing = Routing.Of(Place(champion), [Place(shadow, isShadow: true).Beside(Place(champion))], null, 0)!;
        var queue = new ShadowQueue(null!, NullLogger<ShadowQueue>.Instance);
        await queue.StartAsync(default);
        queue.Offer(new(routing, await Body(), [new(Uuid7.NewGuid(TimeProvider.System), 0.25, champion, 0, Request.Length)], null)).ShouldBeTrue();

        queue.Dispose();
        queue.Dispose();

        shadow.Numbers.Read().Rows.ShouldBe(1);
        queue.Offer(new(routing, await Body(), [new(default, 0.25, champion, 0, Request.Length)], null)).ShouldBeFalse();
    }

    [Fact]
    public async Task Large_requests_do_not_fill_the_memory()
    {
        var (champion, shadow) = (Model("champion"), Model("shadow"));
        var routing = Routing.Of(Place(champion), [Place(shadow, isShadow: true).Beside(Place(champion))], null, 0)!;
        using var queue = new ShadowQueue(null!, NullLogger<ShadowQueue>.Instance);
        var large = new byte[8 << 20];

        var taken = 0;
        for (var i = 0; i < 12; i++)
        {
            var context = new DefaultHttpContext { Request = { Body = new MemoryStream(large), ContentLength = large.Length } };
            if (queue.Offer(new(routing, (await RequestBody.Read(context)).Value.Copy(), [new(default, 0.25, champion, 0, 2)], null))) taken++;
        }

        taken.ShouldBeInRange(1, 8);
    }

    private static async Task<RequestBody> Body() =>
        (await RequestBody.Read(new DefaultHttpContext { Request = { Body = new MemoryStream(Request), ContentLength = Request.Length } })).Value.Copy();

    private static ServedModel Model(string variant)
    {
        var predictor = TelcoPackage.Of("logistic_regression").Load();
        return new(new(LogSourceRow.Of(WorkspaceId.Default, "churn", variant, "churn", 1, predictor), predictor, () => null), new(predictor));
    }

    private static LiveVariant Place(ServedModel model, bool isShadow = false) =>
        new(model.Source.Row.Variant, isShadow ? new(WorkspaceId.Default, "churn", "shadow", 1, null, Shadow: true, "[]", 0, 0) : null, model, null, 0, Failed: false);
}
