using Cairn.Client.Wire;
using Cairn.Serving.Canaries;
using Cairn.Serving.Variants;

namespace Cairn.Unit.Tests.Serving.Canaries;

public class CanaryProgressTests
{
    private const long Second = 1_000_000;

    private static readonly CanarySettings Plan = new()
    {
        Version = 2,
        Steps = [new(0.05, MinSeconds: 60, MinRows: 100), new(0.5, MinSeconds: 60, MinRows: 200), new(1, MinSeconds: 60, MinRows: 300)],
        Limits = new() { MeanAbsoluteDifference = 0.1 },
    };

    [Fact]
    public void A_step_lasts_at_least_its_time_and_its_rows_and_the_next_counts_anew()
    {
        var canary = CanaryProgress.Start(Plan, now: 0);

        var early = canary.Look(Good(500), 59 * Second);
        (early.Move, early.Progress.Step, early.Progress.Counts.Rows).ShouldBe((CanaryMove.Hold, 0, 500));
        early.Progress.Lacks(59 * Second).ShouldBe(["1 s"]);

        var few = canary.Look(Good(99), 3600 * Second);
        few.Move.ShouldBe(CanaryMove.Hold);
        few.Progress.Lacks(3600 * Second).ShouldBe(["1 row", "1 row that the champion scored too"]);

        var stepped = few.Progress.Look(Good(1), 3700 * Second);
        (stepped.Move, stepped.Progress.Step, stepped.Progress.StepAt, stepped.Progress.Counts.Rows, stepped.Progress.Weight).ShouldBe((CanaryMove.Forward, 1, 3700 * Second, 0, 0.5));
        stepped.Progress.Look(Good(199), 3760 * Second).Move.ShouldBe(CanaryMove.Hold);
        stepped.Progress.Look(Good(200), 3760 * Second).Move.ShouldBe(CanaryMove.Forward);
    }

    [Fact]
    public void Rows_that_nobody_compared_do_not_carry_it_forward_where_disagreement_is_judged()
    {
        var uncompared = Good(100) with { Pairs = CanaryCounts.None.Pairs };

        CanaryProgress.Start(Plan, 0).Look(uncompared, 60 * Second).Move.ShouldBe(CanaryMove.Hold);
        CanaryProgress.Start(Plan with { Limits = new() { DifferentDecisions = null } }, 0).Look(uncompared, 60 * Second).Move.ShouldBe(CanaryMove.Forward);
    }

    [Theory]
    [InlineData(CanarySettings.Wait, CanaryProgress.Waiting, false)]
    [InlineData(CanarySettings.Promote, CanaryProgress.Waiting, false)] // until it is promoted, by the rules of that
    [InlineData(CanarySettings.Keep, CanaryProgress.Kept, true)]
    public void After_the_last_step_it_waits_or_is_kept(string whenDone, string state, bool isOver)
    {
        var done = At(2, Plan with { WhenDone = whenDone }).Look(Good(300), 60 * Second);

        (done.Move, done.Progress.State, done.Progress.Weight, done.Progress.IsOver).ShouldBe((CanaryMove.Done, state, 1, isOver));
    }

    [Fact]
    public void While_it_waits_it_is_still_judged()
    {
        var waits = At(2, Plan).Look(Good(300), 60 * Second).Progress;

        waits.Look(Good(300), 120 * Second).Move.ShouldBe(CanaryMove.Hold);
        waits.Look(Good(0) with { Errors = 300 }, 120 * Second).ShouldSatisfyAllConditions(
            look => look.Move.ShouldBe(CanaryMove.Abort), look => look.Progress.Weight.ShouldBe(0), look => look.Breach!.Cause.ShouldBe(CanaryBreach.Errors));
    }

    [Fact]
    public void Errors_abort_it_and_a_few_do_not()
    {
        var canary = CanaryProgress.Start(Plan, 0);

        canary.Look(Good(999) with { Errors = 3 }, 60 * Second).Move.ShouldBe(CanaryMove.Forward);
        var aborted = canary.Look(Good(180) with { Errors = 20 }, Second);
        (aborted.Move, aborted.Progress.State).ShouldBe((CanaryMove.Abort, CanaryProgress.Aborted));
        aborted.Breach!.Reason.ShouldBe("It could not answer 20 of 200 rows (10.0 %), so the champion did; at most 1.00 % are allowed.");
        aborted.Progress.Look(Good(10), 2 * Second).ShouldBe(new(aborted.Progress, CanaryMove.Hold));
    }

    [Fact]
    public void Different_decisions_abort_it()
    {
        var pairs = new PairCounts(Both: 60, OnlyVariant: 60, OnlyChampion: 20, Neither: 60, Difference: 1);

        var aborted = CanaryProgress.Start(Plan, 0).Look(Good(200) with { Pairs = pairs }, Second);

        (aborted.Move, aborted.Breach!.Cause).ShouldBe((CanaryMove.Abort, CanaryBreach.DifferentDecisions));
        aborted.Breach.Reason.ShouldContain("80 of 200 rows (40.0 %)");
    }

    [Fact]
    public void Probabilities_that_differ_abort_it_where_that_is_judged()
    {
        var pairs = new PairCounts(Both: 100, OnlyVariant: 0, OnlyChampion: 0, Neither: 100, Difference: 200 * 0.3);

        CanaryProgress.Start(Plan, 0).Look(Good(200) with { Pairs = pairs }, Second).Breach!.Cause.ShouldBe(CanaryBreach.MeanAbsoluteDifference);
        CanaryProgress.Start(Plan with { Limits = new() }, 0).Look(Good(200) with { Pairs = pairs }, Second).Move.ShouldBe(CanaryMove.Hold);
    }

    [Fact]
    public void Slow_requests_abort_it_beside_a_champion_that_is_quick_but_not_beside_one_that_is_slow_too()
    {
        var slow = Good(200) with { Requests = Latencies(200, 20_000), ChampionRequests = Latencies(1000, 2_000) };

        var aborted = CanaryProgress.Start(Plan, 0).Look(slow, Second);
        aborted.Breach!.Cause.ShouldBe(CanaryBreach.Latency);
        aborted.Breach.Reason.ShouldStartWith("200 of 200 requests (100.0 %) took longer than 7.015 ms"); // 2,015: the step of 2,000, and 5 ms more
        CanaryProgress.Start(Plan, 0).Look(slow with { ChampionRequests = Latencies(1000, 15_000) }, Second).Move.ShouldBe(CanaryMove.Hold);
    }

    [Fact]
    public void What_is_slow_is_remembered_from_the_step_before_when_the_champion_answers_nobody_any_more()
    {
        var step = At(1, Plan).Look(Good(200) with { ChampionRequests = Latencies(1000, 2_000) }, 60 * Second);
        (step.Progress.Step, step.Progress.SlowAbove).ShouldBe((2, 7_015));

        step.Progress.Look(Good(100) with { Requests = Latencies(100, 20_000), ChampionRequests = Latencies(50, 30_000) }, 61 * Second).Breach!.Cause.ShouldBe(CanaryBreach.Latency);
        At(1, Plan).Look(Good(100) with { Requests = Latencies(100, 20_000) }, Second).Move.ShouldBe(CanaryMove.Hold); // never known
    }

    [Fact]
    public void Another_reason_from_outside_and_a_person_abort_it_too()
    {
        var breach = new CanaryBreach(CanaryBreach.ChampionChanged, "Version 7 became champion.");

        CanaryProgress.Start(Plan, 0).Look(Good(1), Second, breach).ShouldSatisfyAllConditions(look => look.Breach.ShouldBe(breach), look => look.Progress.State.ShouldBe(CanaryProgress.Aborted));
        CanaryProgress.Start(Plan, 0).Abort(breach).Move.ShouldBe(CanaryMove.Abort);
        At(2, Plan with { WhenDone = CanarySettings.Keep }).Look(Good(300), 60 * Second).Progress.Abort(breach).Move.ShouldBe(CanaryMove.Hold); // over is over
    }

    [Fact]
    public void What_is_stored_after_each_look_goes_on_after_a_restart_whose_counters_begin_at_nothing()
    {
        var before = CanaryProgress.Start(Plan, 0).Look(Good(60) with { Errors = 1, Requests = Latencies(60, 700), ChampionRequests = Latencies(90, 800) }, 30 * Second).Progress;

        var again = before with { Counts = CanaryCounts.Read(before.Counts.Write()) };
        var look = again.Look(Good(38), 50 * Second);

        look.Progress.Counts.ShouldSatisfyAllConditions(
            counts => counts.Rows.ShouldBe(98), counts => counts.Errors.ShouldBe(1), counts => counts.Requests.Count.ShouldBe(60), counts => counts.Requests.Quantile(0.5).ShouldBe(703),
            counts => counts.ChampionRequests.Count.ShouldBe(90), counts => counts.Pairs.Rows.ShouldBe(98));
        look.Progress.Look(Good(1), 60 * Second).Move.ShouldBe(CanaryMove.Forward);
    }

    /// <summary>Counters that only grow are told apart by what they said before: whatever happens between two looks is in exactly one step.</summary>
    [Fact]
    public void No_row_is_lost_or_counted_twice_between_looks_and_steps()
    {
        var (draw, canary, told, counters, counted, now) = (new Random(5), CanaryProgress.Start(Plan, 0), CanaryCounts.None, CanaryCounts.None, 0L, 0L);
        for (var look = 0; look < 500 && !canary.IsOver; look++)
        {
            counters = counters.Plus(Good(draw.Next(0, 40)));
            var next = canary.Look(counters.Since(told), now += 5 * Second);
            if (next.Move == CanaryMove.Forward) counted += canary.Counts.Plus(counters.Since(told)).Rows;
            (canary, told) = (next.Progress, counters);
            counters = counters.Plus(Good(draw.Next(0, 40))); // while the look was stored and the weights were changed
        }

        (canary.State, canary.Step).ShouldBe((CanaryProgress.Waiting, 2));
        (counted + canary.Counts.Plus(counters.Since(told)).Rows).ShouldBe(counters.Rows);
    }

    /// <summary>Exactly at its limits of 1, 20 and 5 percent, looked at every 20 rows: at most one in a hundred may be aborted.</summary>
    [Fact]
    public void A_canary_at_its_limits_is_hardly_ever_aborted()
    {
        var draw = new Random(3);
        var plan = Plan with { Limits = new(), Steps = [new(0.1, 0, 1000), new(1, 0, 1000)] };

        var aborted = Enumerable.Range(0, 400).Count(_ =>
        {
            var canary = CanaryProgress.Start(plan, 0) with { SlowBefore = 5_000 };
            for (var look = 0; look < 100; look++)
            {
                var seen = new CanaryCounts(Binomial(draw, 20, 0.99), 0, new(), new(), new(0, Binomial(draw, 20, 0.2), 0, 0, 0));
                seen = seen with { Errors = 20 - seen.Rows, Pairs = seen.Pairs with { Both = 20 - seen.Pairs.OnlyVariant } };
                for (var request = 0; request < 20; request++) seen.Requests.Add(draw.NextDouble() < 0.05 ? 9_000 : 1_000);
                canary = canary.Look(seen, look).Progress;
            }

            return canary.State == CanaryProgress.Aborted;
        });

        aborted.ShouldBeLessThan(13); // 4 expected at most, and more than four deviations
    }

    /// <summary>The numbers of docs/reference/canary.md.</summary>
    [Theory]
    [InlineData(10, 4)]
    [InlineData(200, 11)]
    [InlineData(1000, 28)]
    [InlineData(10_000, 153)]
    public void So_many_errors_are_clear_with_default_settings(int rows, int errors)
    {
        var progress = CanaryProgress.Start(new() { Version = 2 }, 0);

        Enumerable.Range(0, rows).First(count => progress.Look(CanaryCounts.None with { Rows = rows - count, Errors = count }, 1).Move == CanaryMove.Abort).ShouldBe(errors);
    }

    [Fact]
    public void Few_requests_of_the_champion_allow_the_canary_more_not_less()
    {
        var limit = new CanaryLatencyLimit { FloorMs = 0, Factor = 1 };
        LatencyHistogram few = new(), many = new();
        for (var i = 1; i <= 10_000; i++) many.Add(i);
        for (var i = 1; i <= 100; i++) few.Add(i * 100);

        CanaryJudge.SlowAbove(limit, few)!.Value.ShouldBeGreaterThan(CanaryJudge.SlowAbove(limit, many)!.Value);
        CanaryJudge.SlowAbove(limit, many)!.Value.ShouldBeInRange(9_500, 9_900);
        CanaryJudge.SlowAbove(limit, Latencies(99, 100)).ShouldBeNull();
        CanaryJudge.SlowAbove(null, many).ShouldBeNull();
    }

    private static CanaryProgress At(int step, CanarySettings plan) => CanaryProgress.Start(plan, 0) with { Step = step };

    /// <summary>Rows that were answered, and scored by the champion as well, who agrees.</summary>
    private static CanaryCounts Good(int rows) => CanaryCounts.None with { Rows = rows, Pairs = new(rows, 0, 0, 0, 0.001 * rows) };

    private static LatencyHistogram Latencies(int requests, long micros)
    {
        var histogram = new LatencyHistogram();
        for (var i = 0; i < requests; i++) histogram.Add(micros);
        return histogram;
    }

    private static int Binomial(Random draw, int n, double p) => Enumerable.Range(0, n).Count(_ => draw.NextDouble() < p);
}
