using Cairn.Learning.Splits;

namespace Cairn.Unit.Tests.Learning.Splits;

public class SplitMix64Tests
{
    [Fact]
    public void It_gives_the_published_numbers()
    {
        var random = new SplitMix64(1234567);

        ulong[] found = [random.Next(), random.Next(), random.Next(), random.Next(), random.Next()];

        found.ShouldBe([6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]);
    }

    [Fact]
    public void Bounded_numbers_are_even_and_within_bounds()
    {
        var random = new SplitMix64(1);
        var seen = new int[7];
        for (var i = 0; i < 70_000; i++) seen[random.Below(7)]++;

        seen.ShouldAllBe(count => count > 9_600 && count < 10_400);
    }

    [Fact]
    public void Units_fill_zero_to_one()
    {
        var random = new SplitMix64(2);
        var drawn = Enumerable.Range(0, 10_000).Select(_ => random.Unit()).ToArray();

        drawn.ShouldAllBe(u => u >= 0 && u < 1);
        drawn.Average().ShouldBe(0.5, 0.01);
    }
}
