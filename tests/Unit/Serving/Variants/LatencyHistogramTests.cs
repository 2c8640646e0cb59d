using Cairn.Serving.Variants;

namespace Cairn.Unit.Tests.Serving.Variants;

public class LatencyHistogramTests
{
    [Fact]
    public void Quantiles_are_those_of_the_sorted_values_up_to_the_step()
    {
        var draw = new Random(3);
        foreach (var scale in (double[])[3, 8, 13])
        {
            var histogram = new LatencyHistogram();
            var values = Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(scale + draw.NextDouble() + draw.NextDouble())).Order().ToArray();
            foreach (var value in values.OrderBy(_ => draw.Next())) histogram.Add(value);

            foreach (var share in (double[])[0.001, 0.25, 0.5, 0.95, 0.99, 0.999, 1])
            {
                var exact = values[(int)Math.Ceiling(share * values.Length) - 1];
                histogram.Quantile(share)!.Value.ShouldBeInRange(exact, exact + (exact / 31));
            }

            histogram.Count.ShouldBe(values.Length);
            histogram.Copy().Quantile(0.5).ShouldBe(histogram.Quantile(0.5));
        }
    }

    [Fact]
    public void Short_times_are_exact_and_the_longest_has_its_place()
    {
        var histogram = new LatencyHistogram();
        histogram.Quantile(0.5).ShouldBeNull();
        for (var i = 0; i <= 31; i++) histogram.Add(i);
        for (var i = 0; i <= 31; i++) histogram.Quantile((i + 1) / 32.0).ShouldBe(i);

        histogram.Add(long.MaxValue);
        histogram.Add(-5);
        histogram.Quantile(1).ShouldBe(int.MaxValue);
        histogram.Quantile(0.01).ShouldBe(0);
    }

    [Fact]
    public void What_took_longer_than_a_limit_is_counted_but_for_what_shares_its_step()
    {
        var histogram = new LatencyHistogram();
        foreach (var micros in (long[])[100, 4_999, 5_000, 5_050, 6_000, 90_000]) histogram.Add(micros);

        histogram.CountAbove(5_000).ShouldBe(2); // 4,992 to 5,119 are one step
        histogram.CountAbove(200_000).ShouldBe(0);
        histogram.CountAbove(0).ShouldBe(6);
    }
}
