namespace Cairn.Learning.Models;

/// <summary>Solves with a symmetric positive definite matrix (Golub and Van Loan, algorithm 4.2.1), sums in fixed order.</summary>
internal static class Cholesky
{
    /// <param name="matrix">Row-major, n x n; the upper triangle is read.</param>
    /// <exception cref="InvalidOperationException">The matrix is not positive definite.</exception>
    public static double[] Solve(ReadOnlySpan<double> matrix, ReadOnlySpan<double> right)
    {
        var n = right.Length;
        var lower = new double[n * n];
        for (var j = 0; j < n; j++)
        {
            for (var i = j; i < n; i++)
            {
                var sum = matrix[j * n + i];
                var a = lower.AsSpan(i * n, j);
                var b = lower.AsSpan(j * n, j);
                for (var k = 0; k < j; k++) sum -= a[k] * b[k];
                if (i > j) lower[i * n + j] = sum / lower[j * n + j];
                else lower[j * n + j] = sum > 0 ? Math.Sqrt(sum) : throw new InvalidOperationException("The matrix is not positive definite.");
            }
        }

        var x = right.ToArray();
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k < i; k++) x[i] -= lower[i * n + k] * x[k];
            x[i] /= lower[i * n + i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < n; k++) x[i] -= lower[k * n + i] * x[k];
            x[i] /= lower[i * n + i];
        }

        return x;
    }
}
