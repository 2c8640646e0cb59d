using Cairn.Learning;

namespace Cairn.Unit.Tests.Learning.Packages;

[Collection(nameof(Alone))]
public class PredictorBytesTests
{
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public class Alone;

    [Theory]
    [InlineData("xgboost", false)]
    [InlineData("xgboost", true)]
    [InlineData("random_forest", false)]
    [InlineData("random_forest", true)]
    [InlineData("logistic_regression", false)]
    public void What_a_model_says_it_takes_is_what_the_heap_grows_by(string algorithm, bool explains)
    {
        const int Models = 40;
        var package = TelcoPackage.Of(algorithm);
        Load(package, explains);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var loaded = Enumerable.Range(0, Models).Select(_ => Load(package, explains)).ToList();
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;

        var said = loaded.Sum(predictor => predictor.Predictor.Bytes);
        TestContext.Current.SendDiagnosticMessage($"{algorithm}: {said / Models} bytes said, {grown / Models} found");
        ((double)said / grown).ShouldBeInRange(0.75, 1.33, $"{algorithm}: {said / Models} bytes said of each, {grown / Models} found");
    }

    private static (Predictor Predictor, PredictorRow Row) Load(TelcoPackage package, bool explains)
    {
        var predictor = TelcoPackage.Load(package.Files, toServe: true).Value;
        var row = predictor.NewRow();
        if (explains) predictor.Explain(row);
        return (predictor, row);
    }
}
