using Cairn.Kernel;

namespace Cairn.Unit.Tests.Kernel;

public class PortableMathTests
{
    [Fact]
    public void Exp_agrees_with_high_precision_values_to_the_last_bit_but_one() => Check(PortableMath.Exp, PortableMathReference.Exp, 1);

    [Fact]
    public void Log_agrees_with_high_precision_values_to_the_last_bit_but_one() => Check(PortableMath.Log, PortableMathReference.Log, 1);

    [Fact]
    public void Sigmoid_agrees_with_high_precision_values_to_two_ulp() => Check(PortableMath.Sigmoid, PortableMathReference.Sigmoid, 2);

    [Fact]
    public void Most_results_are_rounded_correctly()
    {
        Exact(PortableMath.Exp, PortableMathReference.Exp).ShouldBeGreaterThan(0.93);
        Exact(PortableMath.Log, PortableMathReference.Log).ShouldBeGreaterThan(0.93);
    }

    [Fact]
    public void Exp_and_log_stay_within_one_ulp_of_the_C_library_on_a_million_points()
    {
        var random = new Random(1);
        for (var i = 0; i < 500_000; i++)
        {
            var x = i % 2 == 0 ? (random.NextDouble() * 1454) - 745 : (random.NextDouble() * 4) - 2;
            Ulps(PortableMath.Exp(x), Math.Exp(x)).ShouldBeLessThanOrEqualTo(1, $"exp({x:R})");
            var positive = i % 2 == 0 ? BitConverter.Int64BitsToDouble(random.NextInt64(0x7FF0_0000_0000_0000)) : 0.5 + random.NextDouble();
            Ulps(PortableMath.Log(positive), Math.Log(positive)).ShouldBeLessThanOrEqualTo(1, $"log({positive:R})");
        }
    }

    [Fact]
    public void The_ends_of_the_range_are_the_limits()
    {
        PortableMath.Exp(double.PositiveInfinity).ShouldBe(double.PositiveInfinity);
        PortableMath.Exp(double.NegativeInfinity).ShouldBe(0);
        PortableMath.Exp(double.MaxValue).ShouldBe(double.PositiveInfinity);
        PortableMath.Exp(double.MinValue).ShouldBe(0);
        PortableMath.Exp(double.NaN).ShouldBe(double.NaN);
        PortableMath.Log(0).ShouldBe(double.NegativeInfinity);
        PortableMath.Log(-0.0).ShouldBe(double.NegativeInfinity);
        PortableMath.Log(-1).ShouldBe(double.NaN);
        PortableMath.Log(double.NegativeInfinity).ShouldBe(double.NaN);
        PortableMath.Log(double.PositiveInfinity).ShouldBe(double.PositiveInfinity);
        PortableMath.Log(double.NaN).ShouldBe(double.NaN);
        PortableMath.Sigmoid(double.PositiveInfinity).ShouldBe(1);
        PortableMath.Sigmoid(double.NegativeInfinity).ShouldBe(0);
        PortableMath.Sigmoid(double.NaN).ShouldBe(double.NaN);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    [InlineData(0.34657359027997264)]
    [InlineData(-0.34657359027997264)]
    [InlineData(1.0397207708399179)]
    [InlineData(-1.0397207708399179)]
    [InlineData(-700.0)]
    [InlineData(-37.5)]
    [InlineData(20.0)]
    public void Neighbours_never_come_out_in_the_wrong_order(double around)
    {
        var x = around;
        for (var i = 0; i < 20_000; i++) x = Math.BitDecrement(x);
        for (var i = 0; i < 40_000; i++)
        {
            var next = Math.BitIncrement(x);
            PortableMath.Exp(next).ShouldBeGreaterThanOrEqualTo(PortableMath.Exp(x));
            PortableMath.Sigmoid(next).ShouldBeGreaterThanOrEqualTo(PortableMath.Sigmoid(x));
            if (x > 0) PortableMath.Log(next).ShouldBeGreaterThanOrEqualTo(PortableMath.Log(x));
            x = next;
        }
    }

    [Fact]
    public void Sigmoid_of_x_and_minus_x_add_up_to_one()
    {
        var random = new Random(2);
        for (var i = 0; i < 100_000; i++)
        {
            var x = (random.NextDouble() * 80) - 40;
            (PortableMath.Sigmoid(x) + PortableMath.Sigmoid(-x)).ShouldBe(1, 2.3e-16);
        }
    }

    [Fact]
    public void Log_undoes_exp()
    {
        var random = new Random(3);
        for (var i = 0; i < 100_000; i++)
        {
            var x = (random.NextDouble() * 1400) - 700;
            PortableMath.Log(PortableMath.Exp(x)).ShouldBe(x, 2.3e-16 * Math.Max(1, Math.Abs(x)));
        }
    }

    private static void Check(Func<double, double> function, (ulong X, ulong Y)[] reference, long tolerance)
    {
        foreach (var (x, y) in reference)
        {
            var (argument, expected) = (BitConverter.UInt64BitsToDouble(x), BitConverter.UInt64BitsToDouble(y));
            Ulps(function(argument), expected).ShouldBeLessThanOrEqualTo(tolerance, $"at {argument:R}: {function(argument):R} instead of {expected:R}");
        }
    }

    private static double Exact(Func<double, double> function, (ulong X, ulong Y)[] reference) =>
        reference.Average(r => BitConverter.DoubleToUInt64Bits(function(BitConverter.UInt64BitsToDouble(r.X))) == r.Y ? 1.0 : 0.0);

    private static long Ulps(double a, double b) => Math.Abs(Order(a) - Order(b));

    private static long Order(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        return bits < 0 ? long.MinValue - bits : bits;
    }
}
