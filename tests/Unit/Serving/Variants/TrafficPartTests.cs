using Cairn.Serving.Variants;

namespace Cairn.Unit.Tests.Serving.Variants;

public class TrafficPartTests
{
    [Fact]
    public void A_share_that_grows_keeps_what_it_has_and_takes_only_what_nobody_else_has()
    {
        var canary = TrafficPart.Resize([], [], 50_000);
        var other = TrafficPart.Resize([], canary, 100_000);

        var grown = TrafficPart.Resize(canary, other, 250_000);

        canary.ShouldBe([new(0, 50_000)]);
        other.ShouldBe([new(50_000, 150_000)]);
        grown.ShouldBe([new(0, 50_000), new(150_000, 350_000)]);
    }

    [Fact]
    public void A_share_that_shrinks_gives_back_its_highest_places_and_can_have_the_same_again()
    {
        IReadOnlyList<TrafficPart> other = [new(50_000, 150_000)];
        IReadOnlyList<TrafficPart> grown = [new(0, 50_000), new(150_000, 350_000)];

        var shrunk = TrafficPart.Resize(grown, other, 60_000);

        shrunk.ShouldBe([new(0, 50_000), new(150_000, 160_000)]);
        TrafficPart.Resize(shrunk, other, 250_000).ShouldBe(grown);
        TrafficPart.Resize(grown, other, 0).ShouldBeEmpty();
    }

    [Fact]
    public void All_of_the_traffic_can_be_given_away_and_no_more()
    {
        IReadOnlyList<TrafficPart> other = [new(100, 200)];

        TrafficPart.Resize([], other, TrafficPart.Whole - 100).ShouldBe([new(0, 100), new(200, TrafficPart.Whole)]);
        Should.Throw<ArgumentException>(() => TrafficPart.Resize([], other, TrafficPart.Whole - 99));
    }

    [Fact]
    public void Whatever_is_changed_in_whatever_order_no_more_places_move_than_must_and_no_place_has_two_owners()
    {
        var draw = new Random(7);
        var shares = Enumerable.Range(0, 5).Select(_ => (IReadOnlyList<TrafficPart>)[]).ToArray();
        for (var change = 0; change < 2000; change++)
        {
            var which = draw.Next(shares.Length);
            var others = shares.Where((_, i) => i != which).SelectMany(parts => parts).ToList();
            var free = TrafficPart.Whole - others.Sum(part => part.Size);
            var (before, size) = (shares[which], draw.Next(4) == 0 ? draw.Next(free + 1) : Math.Min(free, draw.Next(100_000)));

            shares[which] = TrafficPart.Resize(before, others, size);

            var after = shares[which];
            after.Sum(part => part.Size).ShouldBe(size);
            Common(before, after).ShouldBe(Math.Min(size, before.Sum(part => part.Size)));
            var all = shares.SelectMany(parts => parts).OrderBy(part => part.From).ToList();
            for (var i = 1; i < all.Count; i++) all[i].From.ShouldBeGreaterThanOrEqualTo(all[i - 1].To);
            TrafficPart.Read(TrafficPart.Write(after)).ShouldBe(after);
        }
    }

    private static int Common(IReadOnlyList<TrafficPart> a, IReadOnlyList<TrafficPart> b) =>
        (from one in a from other in b select Math.Max(0, Math.Min(one.To, other.To) - Math.Max(one.From, other.From))).Sum();
}
