using Cairn.Bench.Batches;
using Cairn.Bench.Imports;
using Cairn.Bench.Learning;
using Cairn.Bench.Pages;
using Cairn.Bench.Serving;
using Cairn.Bench.Storage;
using Cairn.Bench.Tracking;

// One suite per name; each prints what it measured and how. Run a Release build.
var suites = new SortedDictionary<string, Action<string[]>>(StringComparer.Ordinal)
{
    ["batch"] = ParquetToParquet.Run,
    ["constant-answer"] = ConstantAnswer.Run,
    ["learning-telco"] = LearningTelco.Run,
    ["many-models"] = ManyModels.Run,
    ["mlflow-import"] = MlflowStoreImport.Run,
    ["one-row"] = OneRow.Run,
    ["overload"] = Overload.Run,
    ["prediction-log"] = PredictionLogSuite.Run,
    ["outcomes"] = OutcomesImport.Run,
    ["run-logging"] = RunLogging.Run,
    ["run-search"] = RunSearches.Run,
    ["slices"] = SlicesOfHoldout.Run,
    ["storage-writer"] = StorageWriter.Run,
    ["traffic"] = TrafficTicks.Run,
    ["ui-fill"] = FillStore.Run,
    ["ui-pages"] = UiPages.Run,
};

if (args.Length > 0 && suites.TryGetValue(args[0], out var suite))
{
    suite(args[1..]);
    return 0;
}

Console.Error.WriteLine($"Usage: Cairn.Bench <suite> [options]. Suites: {string.Join(", ", suites.Keys)}.");
return 2;
