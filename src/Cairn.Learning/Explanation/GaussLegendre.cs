namespace Cairn.Learning.Explanation;

/// <summary>
/// Points and weights that integrate polynomials of degree 2n - 1 over [0, 1] without error: Gauss-Legendre quadrature (Abramowitz and
/// Stegun 25.4.30). Without functions of the C library, so every machine has the same ones.
/// </summary>
internal static class GaussLegendre
{
    public static (double[] Points, double[] Weights) Rule(int points)
    {
        // Between two roots of a Legendre polynomial stands one of the next.
        double[] roots = [];
        for (var degree = 1; degree <= points; degree++)
        {
            double[] bounds = [-1, .. roots, 1];
            roots = [.. Enumerable.Range(0, degree).Select(i => Root(degree, bounds[i], bounds[i + 1]))];
        }

        return ([.. roots.Select(x => (x + 1) / 2)], [.. roots.Select(x => Weight(points, x))]);
    }

    private static double Root(int degree, double low, double high)
    {
        var sign = Math.Sign(Legendre(degree, low).Value);
        while (true)
        {
            var middle = low + (high - low) / 2;
            if (middle <= low || middle >= high) return middle;
            if (Math.Sign(Legendre(degree, middle).Value) == sign) low = middle;
            else high = middle;
        }
    }

    private static double Weight(int degree, double x)
    {
        var (value, before) = Legendre(degree, x);
        var slope = degree * (before - x * value) / (1 - x * x);
        return 1 / ((1 - x * x) * slope * slope);
    }

    /// <returns>The polynomial of that degree and of the one before.</returns>
    private static (double Value, double Before) Legendre(int degree, double x)
    {
        var (before, value) = (0.0, 1.0);
        for (var n = 0; n < degree; n++) (before, value) = (value, ((2 * n + 1) * x * value - n * before) / (n + 1));
        return (value, before);
    }
}
