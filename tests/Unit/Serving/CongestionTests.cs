using Cairn.Serving.Online;

namespace Cairn.Unit.Tests.Serving;

public class CongestionTests
{
    private const int AlwaysIn = 4;
    private const long Ms = TimeSpan.TicksPerMillisecond;

    private readonly Congestion _congestion = new(AlwaysIn);
    private long _now = 12_345 * Ms, _done;

    [Fact]
    public void A_queue_that_stays_long_is_congestion_after_a_quarter_of_a_second()
    {
        Probe(waits: 8, times: 20);
        _congestion.IsOn.ShouldBeFalse();

        Probe(waits: 8, times: 20);

        _congestion.IsOn.ShouldBeTrue();
        _congestion.Refuses(_now, inFlight: 1000).ShouldBeTrue();
    }

    [Fact]
    public void One_long_pause_is_not()
    {
        Probe(waits: 0.1, times: 50);
        Probe(waits: 240, times: 1);
        Probe(waits: 0.1, times: 50);

        _congestion.IsOn.ShouldBeFalse();
        _congestion.Refuses(_now, inFlight: 1000).ShouldBeFalse();
    }

    [Fact]
    public void A_queue_that_empties_now_and_then_is_not()
    {
        for (var i = 0; i < 100; i++)
        {
            Probe(waits: 20, times: 4);
            Probe(waits: 4.9, times: 1);
        }

        _congestion.IsOn.ShouldBeFalse();
    }

    [Fact]
    public void Bad_times_before_a_pause_say_nothing_of_what_comes_after_it()
    {
        Probe(waits: 8, times: 5);
        _now += 3600 * TimeSpan.TicksPerSecond;

        Probe(waits: 8, times: 5);

        _congestion.IsOn.ShouldBeFalse();
    }

    [Fact]
    public void While_it_lasts_what_comes_in_a_quick_moment_is_taken()
    {
        Probe(waits: 8, times: 40);

        Probe(waits: 1, times: 1);

        _congestion.IsOn.ShouldBeTrue();
        _congestion.Refuses(_now, AlwaysIn).ShouldBeFalse();
    }

    [Fact]
    public void A_probe_that_still_waits_tells_as_much_as_one_that_ran()
    {
        Probe(waits: 8, times: 40);
        Probe(waits: 1, times: 1);
        _now += 2 * Ms;
        _congestion.WantsProbe(_now).ShouldBeTrue();

        _congestion.Refuses(_now + (4 * Ms), AlwaysIn).ShouldBeFalse();
        _congestion.Refuses(_now + (6 * Ms), AlwaysIn).ShouldBeTrue();
        _congestion.WantsProbe(_now + (6 * Ms)).ShouldBeFalse();
    }

    [Fact]
    public void It_is_over_when_all_was_quick_for_a_second()
    {
        Probe(waits: 8, times: 40);
        Probe(waits: 1, times: 150); // 300 ms
        Probe(waits: 6, times: 1);
        Probe(waits: 1, times: 450);
        _congestion.IsOn.ShouldBeTrue();

        Probe(waits: 1, times: 60);

        _congestion.IsOn.ShouldBeFalse();
    }

    [Fact]
    public void A_few_at_once_are_always_taken()
    {
        Probe(waits: 500, times: 30);

        _congestion.Refuses(_now, AlwaysIn - 1).ShouldBeFalse();
        _congestion.Refuses(_now, AlwaysIn).ShouldBeTrue();
    }

    [Fact]
    public void While_it_lasts_no_more_are_taken_at_once_than_are_done_in_twice_the_target()
    {
        Probe(waits: 8, times: 40);
        Probe(waits: 1, times: 100);

        _congestion.Refuses(_now, inFlight: 190).ShouldBeFalse();
        _congestion.Refuses(_now, inFlight: 210).ShouldBeTrue();
    }

    [Fact]
    public void Probes_are_sent_one_at_a_time_and_a_thousand_a_second_at_most()
    {
        _congestion.WantsProbe(_now).ShouldBeTrue();
        _congestion.WantsProbe(_now + (50 * Ms)).ShouldBeFalse();
        _congestion.Ran(_now + (100 * Ms), 0);
        _congestion.WantsProbe(_now + (100 * Ms)).ShouldBeTrue();
        _congestion.Ran(_now + (100 * Ms), 0);
        _congestion.WantsProbe(_now + (100 * Ms) + (Ms / 2)).ShouldBeFalse();
    }

    /// <summary>While 20,000 a second are done.</summary>
    private void Probe(double waits, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _now += Ms;
            _congestion.WantsProbe(_now).ShouldBeTrue();
            _now += (long)(waits * Ms);
            _done += (long)(20 * (1 + waits));
            _congestion.Ran(_now, _done);
        }
    }
}
