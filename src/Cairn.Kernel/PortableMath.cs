namespace Cairn.Kernel;

/// <summary>
/// exp and log whose bits do not depend on the machine: the C library's differ in the last bit with and without FMA, and a
/// prediction must replay anywhere. Only IEEE additions, multiplications and divisions in a fixed order.
/// </summary>
/// <remarks>
/// Argument reduction by a logarithm of 2 split in two parts (Cody and Waite 1980), then the Taylor series of exp and of atanh.
/// The leading terms are summed with their rounding error (Dekker 1971), so that little more than the last rounding is left:
/// below 0.6 ulp for exp and log, below 2 for sigmoid. The runtime never contracts a multiplication and an addition into one.
/// </remarks>
public static class PortableMath
{
    /// <summary>The first 40 bits of ln 2: its product with any exponent is exact.</summary>
    private const double Ln2High = 0.6931471805592082091607153415679931640625;

    private const double Ln2Low = 7.3710025651677989018340401300013e-13;
    private const double InverseLn2 = 1.4426950408889634073599246810019;
    private const double SquareRootOf2 = 1.4142135623730950488016887242097;

    /// <summary>e to the x, within 1 ulp; 0 below -745.14, ∞ above 709.79.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return double.NaN;
        if (x > 709.79) return double.PositiveInfinity;
        if (x < -745.14) return 0;

        // x = k ln 2 + (r + low), |r| <= 0.3466
        var k = Math.Floor((x * InverseLn2) + 0.5);
        var high = x - (k * Ln2High);
        var shift = k * Ln2Low;
        var r = high - shift;
        var low = high - r - shift;

        // e^r = 1 + r + r^2 (1/2! + r/3! + ... + r^12/14!)
        var tail = 1.0 / 87178291200;
        tail = (tail * r) + (1.0 / 6227020800);
        tail = (tail * r) + (1.0 / 479001600);
        tail = (tail * r) + (1.0 / 39916800);
        tail = (tail * r) + (1.0 / 3628800);
        tail = (tail * r) + (1.0 / 362880);
        tail = (tail * r) + (1.0 / 40320);
        tail = (tail * r) + (1.0 / 5040);
        tail = (tail * r) + (1.0 / 720);
        tail = (tail * r) + (1.0 / 120);
        tail = (tail * r) + (1.0 / 24);
        tail = (tail * r) + (1.0 / 6);
        tail = (tail * r) + 0.5;

        var sum = 1 + r;
        var lost = r - (sum - 1);
        var mantissa = sum + (lost + (low + (low * r) + (r * r * tail)));

        // In two steps, because 2^k alone may be out of range where the result is not.
        var half = (int)k / 2;
        return mantissa * PowerOf2(half) * PowerOf2((int)k - half);
    }

    /// <summary>Natural logarithm, within 1 ulp; NaN below 0, -∞ at 0.</summary>
    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;

        // x = 2^k m, m from 0.7071 to 1.4142
        var k = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984; // 2^54: out of the subnormals
            k = -54;
        }

        var bits = BitConverter.DoubleToInt64Bits(x);
        k += (int)(bits >> 52) - 1023;
        var m = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (m > SquareRootOf2)
        {
            m *= 0.5;
            k++;
        }

        // log m = 2 atanh s, s = f / (2 + f), |s| <= 0.1716; s is carried with its rounding error.
        var f = m - 1;
        var divisor = 2 + f;
        var divisorLow = f - (divisor - 2);
        var s = f / divisor;
        var product = s * divisor;
        var sLow = (f - product - ProductError(s, divisor, product) - (s * divisorLow)) / divisor;

        // 2 atanh s = 2 s + 2 s^3 (1/3 + s^2/5 + ... + s^22/25)
        var z = s * s;
        var tail = 1.0 / 25;
        tail = (tail * z) + (1.0 / 23);
        tail = (tail * z) + (1.0 / 21);
        tail = (tail * z) + (1.0 / 19);
        tail = (tail * z) + (1.0 / 17);
        tail = (tail * z) + (1.0 / 15);
        tail = (tail * z) + (1.0 / 13);
        tail = (tail * z) + (1.0 / 11);
        tail = (tail * z) + (1.0 / 9);
        tail = (tail * z) + (1.0 / 7);
        tail = (tail * z) + (1.0 / 5);
        tail = (tail * z) + (1.0 / 3);
        tail *= 2 * s * z;

        var whole = k * Ln2High;
        var head = 2 * s;
        var sum = whole + head;
        var lost = k == 0 ? 0 : head - (sum - whole);
        return sum + (lost + ((k * Ln2Low) + ((2 * sLow) + tail)));
    }

    /// <summary>1 / (1 + e^-x), within 2 ulp; never falls as x grows.</summary>
    public static double Sigmoid(double x) =>
        x < -700 ? Exp(x) : 1 / (1 + Exp(-x)); // there e^-x is about to overflow, and 1 + e^x rounds to 1

    /// <param name="exponent">-1022 to 1023.</param>
    private static double PowerOf2(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);

    /// <summary>What rounding took from <paramref name="product"/> = a b (Veltkamp and Dekker); exact.</summary>
    private static double ProductError(double a, double b, double product)
    {
        const double Splitter = 134217729; // 2^27 + 1
        var scaled = Splitter * a;
        var aHigh = scaled - (scaled - a);
        var aLow = a - aHigh;
        scaled = Splitter * b;
        var bHigh = scaled - (scaled - b);
        var bLow = b - bHigh;
        return (aHigh * bHigh) - product + (aHigh * bLow) + (aLow * bHigh) + (aLow * bLow);
    }
}
