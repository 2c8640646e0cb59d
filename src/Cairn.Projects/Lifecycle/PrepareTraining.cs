using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Learning;

namespace Cairn.Projects.Lifecycle;

/// <summary>The task <c>prepare</c>: splits, looks for leaks, and fits the honest baseline every candidate has to beat.</summary>
internal sealed class PrepareTraining(Workbench bench)
{
    public static string CacheKey(string learningKey) => $"prepare/{learningKey}";

    public async Task<Answer<string>> Run(TaskContext context, LifecycleParameters parameters, CancellationToken cancellation)
    {
        context.Report(0, "loading and splitting");
        var prepared = await bench.Preparation(context, parameters, cancellation);
        if (prepared.Refusal is { } refusal) return refusal;

        var preparation = prepared.Value;
        context.Report(0.3, "fitting the baseline");
        var baseline = await Workbench.Aside(() => Training.FitBaseline(preparation, cancellation), cancellation);
        bench.Put(context, baseline);
        var saved = await bench.Store(baseline.Save(), cancellation);
        var warnings = preparation.Warnings.Count == 0 ? "" : " " + string.Join(" ", preparation.Warnings);
        context.Report(1, $"{preparation.TrainRows:N0} rows to learn from, {preparation.TestRows:N0} kept aside, baseline {baseline.Name}.{warnings}");
        return Results.Write(new BaselineResult(saved, baseline.Name, preparation.TrainRows, preparation.TestRows));
    }
}
