namespace Cairn.Kernel;

/// <summary>
/// exp and log whose bits do not depend on the machine: the C library's differ in the last bit with and without FMA, and a
/// prediction must replay anywhere. Only IEEE additions, multiplications and divisions in a fixed order.
/// </summary>
public static class PortableMath
{
    /// <summary>e to the x, within 1 ulp.</summary>
    public static double Exp(double x) => throw new NotImplementedException();

    /// <summary>Natural logarithm, within 1 ulp; NaN below 0, -∞ at 0.</summary>
    public static double Log(double x) => throw new NotImplementedException();

    /// <summary>1 / (1 + e^-x).</summary>
    public static double Sigmoid(double x) => throw new NotImplementedException();
}
