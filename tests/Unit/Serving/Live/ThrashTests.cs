using Cairn.Kernel;
using Cairn.Serving.Live;

namespace Cairn.Unit.Tests.Serving.Live;

public class ThrashTests
{
    private static readonly Digest One = Digest.Of("one"u8), Two = Digest.Of("two"u8);

    [Fact]
    public void A_package_that_is_wanted_again_within_a_minute_counts_for_a_minute()
    {
        var thrash = new Thrash();
        thrash.Loaded(One, 0);
        thrash.Evicted(One, 1_000);
        thrash.Evicted(Two, 1_000);

        thrash.Loaded(One, 60_999);
        thrash.Loaded(Two, 61_000);
        thrash.Loaded(One, 61_001);

        thrash.LastMinute(61_001).ShouldBe(1);
        thrash.LastMinute(120_998).ShouldBe(1);
        thrash.LastMinute(120_999).ShouldBe(0);
    }
}
