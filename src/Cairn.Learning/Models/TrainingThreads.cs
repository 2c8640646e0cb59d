namespace Cairn.Learning.Models;

internal static class TrainingThreads
{
    /// <summary>Threads cost more than they give below this many values.</summary>
    private const long Worthwhile = 2_000_000;

    public static int For(FeatureMatrix features, int asked) => (long)features.Rows * features.Columns < Worthwhile ? 1 : Math.Max(1, asked);
}
