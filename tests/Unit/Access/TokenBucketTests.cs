using Cairn.Access;
using Cairn.Access.Limits;
using Cairn.Kernel;

namespace Cairn.Unit.Tests.Access;

public class TokenBucketTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_burst_is_taken_at_once_and_the_next_request_is_told_how_long_to_wait()
    {
        var buckets = new TokenBuckets(new(PerSecond: 10, Burst: 3), _clock);

        Enumerable.Range(0, 3).Select(_ => Take(buckets).Left).ShouldBe([2, 1, 0]);
        var refused = Take(buckets);

        refused.IsTaken.ShouldBeFalse();
        refused.Wait.ShouldBe(TimeSpan.FromSeconds(0.1));
        refused.UntilFull.ShouldBe(TimeSpan.FromSeconds(0.3));
    }

    [Fact]
    public void Who_waits_as_long_as_told_is_taken_and_a_moment_earlier_is_not()
    {
        var buckets = new TokenBuckets(new(PerSecond: 10, Burst: 1), _clock);
        Take(buckets).IsTaken.ShouldBeTrue();
        var wait = Take(buckets).Wait;

        _clock.Advance(wait - TimeSpan.FromTicks(1));
        Take(buckets).IsTaken.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromTicks(1));
        Take(buckets).IsTaken.ShouldBeTrue();
    }

    [Fact]
    public void A_long_pause_gives_a_burst_and_not_more()
    {
        var buckets = new TokenBuckets(new(PerSecond: 10, Burst: 3), _clock);
        _clock.Advance(TimeSpan.FromDays(365));

        Enumerable.Range(0, 5).Count(_ => Take(buckets).IsTaken).ShouldBe(3);
    }

    [Fact]
    public void In_the_long_run_the_rate_is_kept_however_the_requests_come()
    {
        var buckets = new TokenBuckets(new(PerSecond: 7, Burst: 5), _clock);
        var draw = new Random(1);
        var taken = 0;
        for (var elapsed = TimeSpan.Zero; elapsed < TimeSpan.FromSeconds(1000);)
        {
            var pause = TimeSpan.FromMilliseconds(draw.Next(1, 40));
            elapsed += pause;
            _clock.Advance(pause);
            if (Take(buckets).IsTaken) taken++;
        }

        taken.ShouldBeInRange(6995, 7010);
    }

    [Fact]
    public void Callers_do_not_take_from_each_other_nor_workspaces()
    {
        var buckets = new TokenBuckets(new(PerSecond: 1, Burst: 1), _clock);
        Take(buckets).IsTaken.ShouldBeTrue();

        Take(buckets).IsTaken.ShouldBeFalse();
        buckets.Take(Caller.LocalAdmin with { Name = "other" }).IsTaken.ShouldBeTrue();
        buckets.Take(Caller.LocalAdmin with { Workspace = new WorkspaceId("other") }).IsTaken.ShouldBeTrue();
    }

    [Fact]
    public void Many_threads_together_get_exactly_the_burst()
    {
        var buckets = new TokenBuckets(new(PerSecond: 0.001, Burst: 1000), _clock);
        var taken = 0;

        Parallel.For(0, 4000, _ =>
        {
            if (Take(buckets).IsTaken) Interlocked.Increment(ref taken);
        });

        taken.ShouldBe(1000);
    }

    private static TokenBuckets.Taken Take(TokenBuckets buckets) => buckets.Take(Caller.LocalAdmin);
}
