using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Traffic;
using Cairn.Serving.Variants;
using Cairn.Unit.Tests.Access;

namespace Cairn.Unit.Tests.Serving.Traffic;

public class TrafficHistoryTests
{
    private readonly ManualClock _clock = new();
    private readonly TrafficHistory _history = new();
    private IReadOnlyList<LiveVariant> _variants = [];

    public TrafficHistoryTests()
    {
        Serve(Champion(3));
        Look();
    }

    private VariantNumbers Numbers => _variants[0].Numbers!;

    [Fact]
    public void Tens_of_seconds_and_minutes_roll_and_what_did_nothing_is_zero()
    {
        Answer(times: 4, micros: 1000, probability: 0.25);
        Pass(10);
        Pass(20);
        Answer(times: 2, micros: 3000, probability: 0.75);
        Numbers.Add(0, errors: 1, 0, 0, 0);
        Pass(30);
        Pass(5);

        var (fine, coarse) = (Read(10).Variants.Single(), Read(60).Variants.Single());

        (fine.Name, fine.Version, fine.Shadow).ShouldBe(("champion", 3, false));
        fine.Points.Select(point => (point.Requests, point.Seconds)).ShouldBe([(4, 10), (0, 10), (0, 10), (2, 30), (0, 5)]); // three tens were looked at together
        fine.Points.Select(point => (point.Start - fine.Points[0].Start) / 1_000_000).ShouldBe([0, 10, 20, 30, 60]);
        (fine.Points[0].PositiveShare, fine.Points[0].MeanProbability, fine.Points[0].Latency!.P99Us / 32).ShouldBe((0, 0.25, 1000 / 32));
        (fine.Points[1].PositiveShare, fine.Points[1].MeanProbability, fine.Points[1].Latency).ShouldBe((null, null, null));
        coarse.Points.Select(point => (point.Requests, point.Rows, point.Errors, point.Seconds)).ShouldBe([(6, 6, 1, 60), (0, 0, 0, 5)]);
        var minute = coarse.Points[0];
        minute.MeanProbability!.Value.ShouldBe(2.5 / 6, 1e-12);
        minute.PositiveShare!.Value.ShouldBe(1 / 3.0, 1e-12);
        (minute.Latency!.P50Us / 32, minute.Latency.P95Us / 100).ShouldBe((1000 / 32, 3000 / 100)); // of all its requests, not of its tens
        (Read(10).StepSeconds, Read(60).StepSeconds).ShouldBe((10, 60));
    }

    [Fact]
    public void Every_request_is_in_one_point_and_a_minute_has_the_quantiles_of_its_requests()
    {
        var draw = new Random(7);
        var minutes = new List<LatencyHistogram>();
        for (var minute = 0; minute < 30; minute++)
        {
            var all = new LatencyHistogram();
            for (var ten = 0; ten < 6; ten++)
            {
                for (var i = draw.Next(20); i > 0; i--)
                {
                    var micros = (long)Math.Exp(5 + (4 * draw.NextDouble()));
                    all.Add(micros);
                    Numbers.Add(2, 0, 1, 1, micros);
                }

                if (draw.Next(2) == 0) Look(); // somebody asks in between
                Pass(10);
            }

            minutes.Add(all);
        }

        var (fine, coarse) = (Read(10).Variants[0].Points, Read(60).Variants[0].Points);
        coarse.SkipLast(1).Select(point => (point.Requests, point.Rows, point.Latency)).ShouldBe(minutes.Select(all => (all.Count, 2 * all.Count, Comparison.Of(all))));
        fine.Sum(point => point.Requests).ShouldBe(minutes.TakeLast(10).Sum(all => all.Count));
        fine.Count.ShouldBe(61);
    }

    [Fact]
    public void What_goes_on_is_told_up_to_now()
    {
        Pass(3);
        Answer(times: 5); // since the last look

        var traffic = Read(60);

        (traffic.Variants[0].Points.Single().Requests, traffic.Variants[0].Points.Single().Seconds).ShouldBe((5, 3));
        (traffic.To - traffic.From).ShouldBe(3603_000_000);
    }

    [Fact]
    public void A_version_that_is_replaced_is_told_to_its_end_and_forgotten_when_its_minutes_are()
    {
        Answer(times: 3);
        var before = Numbers;
        Pass(10);
        Answer(times: 2);
        Serve(Champion(4));
        before.Add(1, 0, 0, 0.1, 500); // one that was on its way
        Answer(times: 1);
        Pass(10);
        Pass(10);

        var variants = Read(10).Variants;
        variants.Select(variant => (variant.Name, variant.Version)).ShouldBe([("champion", 4), ("champion", 3)]);
        variants[1].Points.Sum(point => point.Requests).ShouldBe(6);
        variants[0].Points.Sum(point => point.Requests).ShouldBe(1);
        variants[1].Points[^1].Start.ShouldBe(variants[0].Points[0].Start);

        Pass(3700);
        Read(60).Variants.Select(variant => variant.Version).ShouldBe([4]); // the last hour has nothing of it
        Read(360).Variants.Select(variant => variant.Version).ShouldBe([4, 3]);
        Pass(6 * 3600);
        Read(360).Variants.Select(variant => variant.Version).ShouldBe([4]);
    }

    [Fact]
    public void A_version_that_came_and_went_between_two_looks_is_told_in_the_seconds_it_came_in()
    {
        _clock.Advance(TimeSpan.FromSeconds(2));
        Serve(Champion(4));
        Answer(times: 4);
        Serve(Champion(5));
        Answer(times: 5);
        _clock.Advance(TimeSpan.FromSeconds(8));

        Read(10).Variants.Select(variant => (variant.Version, variant.Points[0].Requests, variant.Points[0].Seconds)).ShouldBe([(5, 5, 10), (4, 4, 10)]);
    }

    [Fact]
    public void Counters_that_begin_anew_lose_nothing_and_never_count_below_nothing()
    {
        Answer(times: 8);
        Pass(10);
        Serve(Champion(3)); // the same version, loaded anew
        Answer(times: 1);
        Pass(10);

        var points = Read(10).Variants.Single().Points;
        points.Sum(point => point.Requests).ShouldBe(9);
        points.ShouldAllBe(point => point.Requests >= 0 && point.Rows >= 0);
    }

    [Fact]
    public void A_shadow_that_comes_to_answer_is_told_as_both()
    {
        var next = Variant("next", 4, shadow: true);
        Serve(_variants[0], next);
        Look();
        next.Numbers!.Add(1, 0, 1, 0.9, 20);
        Pass(10);
        Serve(_variants[0], next with { Row = Row("next", 4, shadow: false) });
        Pass(10);
        next.Numbers.Add(1, 0, 1, 0.8, 900);
        next.Numbers.Add(1, 0, 1, 0.8, 900);
        Pass(10);

        Read(10).Variants.Select(variant => (variant.Name, variant.Shadow, variant.Points.Sum(point => point.Requests))).ShouldBe([("champion", false, 0), ("next", false, 2), ("next", true, 1)]);
    }

    [Fact]
    public void However_busy_a_bounded_number_of_points_and_versions_is_kept()
    {
        for (var ten = 0; ten < 24 * 360; ten++)
        {
            Answer(times: 1);
            Pass(10);
        }

        Read(10).Variants.Single().Points.Count.ShouldBe(61);
        Read(360).Variants.Single().Points.Count.ShouldBe(361);
        for (var version = 4; version < 200; version++)
        {
            Serve(Champion(version));
            Answer(times: 1);
            Pass(10);
        }

        var kept = Read(360).Variants;
        kept.Count.ShouldBe(64);
        kept[0].Version.ShouldBe(199);
        kept[^1].Version.ShouldBe(199 - 63);
    }

    [Fact]
    public void A_process_that_stood_still_has_one_long_point_for_it()
    {
        Answer(times: 7);
        Pass(185);

        var points = Read(10).Variants.Single().Points;

        (points[0].Requests, points[0].Seconds).ShouldBe((7, 180));
        (points[1].Requests, points[1].Seconds).ShouldBe((0, 5));
        points.Count.ShouldBe(2);
    }

    [Fact]
    public void A_clock_that_is_set_back_begins_anew()
    {
        Answer(times: 7);
        Pass(60);
        _clock.Advance(TimeSpan.FromHours(-2));
        Look();
        Answer(times: 2);
        Pass(10);

        var traffic = Read(60);
        var points = traffic.Variants.Single().Points;
        points.ShouldAllBe(point => point.Start <= traffic.To && point.Seconds >= 0);
        points.Sum(point => point.Requests).ShouldBe(2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30_000_000)]
    public void A_look_with_a_time_from_before_the_last_one_loses_nothing(long behind)
    {
        Answer(times: 7);
        Pass(600);
        var read = _clock.Micros() - behind; // before others looked, or the clock was set back by a little

        var traffic = _history.Read("churn", 60, read);

        traffic.To.ShouldBe(_clock.Micros());
        traffic.Variants.Single().Points.Sum(point => point.Requests).ShouldBe(7);
        Read(60).Variants.Single().Points.Sum(point => point.Requests).ShouldBe(7);
    }

    [Fact]
    public void When_the_clock_is_set_back_what_went_is_forgotten()
    {
        Pass(365 * 24 * 3600);
        Answer(times: 3);
        Serve(Champion(4));
        Pass(10);
        _clock.Advance(TimeSpan.FromDays(-365));
        Answer(times: 2);
        Pass(10);

        var variant = Read(360).Variants.ShouldHaveSingleItem();
        (variant.Version, variant.Points.Sum(point => point.Requests), variant.Points.Count).ShouldBe((4, 2, 1));
    }

    [Fact]
    public void Where_nothing_is_served_there_is_nothing()
    {
        Serve(_variants[0].Stop("No version is champion.", _clock.Micros()));
        Pass(60);

        Read(60).Variants.ShouldBeEmpty();
    }

    private LiveVariant Champion(long version) => Variant(LiveVariant.Champion, version);

    private LiveVariant Variant(string name, long version, bool shadow = false)
    {
        var row = name == LiveVariant.Champion ? null : Row(name, version, shadow);
        return new LiveVariant(name, row, null, null, 0, Failed: false).Rest(row, version, $"package {version}", _clock.Micros());
    }

    private static VariantRow Row(string name, long version, bool shadow) => new(WorkspaceId.Default, "churn", name, version, null, shadow, TrafficPart.Write([]), 0, 0);

    private void Serve(params IReadOnlyList<LiveVariant> variants) => _history.Serve(_variants = variants);

    private void Answer(int times, long micros = 1000, double probability = 0.4)
    {
        for (var i = 0; i < times; i++) Numbers.Add(1, 0, probability >= 0.5 ? 1 : 0, probability, micros);
    }

    private void Pass(double seconds)
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        Look();
    }

    private void Look() => _history.Look(_clock.Micros());

    private TrafficWire Read(int minutes) => _history.Read("churn", minutes, _clock.Micros());
}
