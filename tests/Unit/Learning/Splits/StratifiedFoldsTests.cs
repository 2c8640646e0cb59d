using Cairn.Learning.Splits;

namespace Cairn.Unit.Tests.Learning.Splits;

public class StratifiedFoldsTests
{
    private static readonly float[] Labels = [.. Enumerable.Range(0, 503).Select(i => i % 7 == 0 ? 1f : 0f)];
    private static readonly ulong[] Keys = [.. Enumerable.Range(0, 503).Select(i => (ulong)i * 3)];

    [Fact]
    public void Folds_are_even_in_rows_and_in_positives()
    {
        var folds = StratifiedFolds.Deal(Labels, Keys, 5, 42, 0);

        var sizes = Enumerable.Range(0, 5).Select(f => folds.Count(x => x == f)).ToArray();
        var positives = Enumerable.Range(0, 5).Select(f => Enumerable.Range(0, 503).Count(i => folds[i] == f && Labels[i] > 0)).ToArray();
        (sizes.Max() - sizes.Min()).ShouldBeLessThanOrEqualTo(1);
        (positives.Max() - positives.Min()).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Folds_are_a_function_of_seed_and_partition()
    {
        var folds = StratifiedFolds.Deal(Labels, Keys, 5, 42, 0);

        StratifiedFolds.Deal(Labels, Keys, 5, 42, 0).ShouldBe(folds);
        Agreement(folds, StratifiedFolds.Deal(Labels, Keys, 5, 42, 1)).ShouldBeInRange(0.1, 0.3);
        Agreement(folds, StratifiedFolds.Deal(Labels, Keys, 5, 43, 0)).ShouldBeInRange(0.1, 0.3);
    }

    [Fact]
    public void Folds_do_not_depend_on_the_order_of_the_rows()
    {
        var folds = StratifiedFolds.Deal(Labels, Keys, 5, 42, 2);
        var reversed = StratifiedFolds.Deal([.. Labels.Reverse()], [.. Keys.Reverse()], 5, 42, 2);

        reversed.Reverse().ShouldBe(folds);
    }

    private static double Agreement(int[] a, int[] b) => a.Zip(b).Count(p => p.First == p.Second) / (double)a.Length;
}
