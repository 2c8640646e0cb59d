using System.Text.Json;

namespace Cairn.Unit.Tests.Learning.Statistics;

/// <summary>Values of scikit-learn, statsmodels and scipy for data that stands beside them; the test skips where the file is absent.</summary>
internal static class GoldenMetrics
{
    public static JsonElement Read()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "shared", "golden", "metrics_golden.json");
            if (File.Exists(file)) return JsonDocument.Parse(File.ReadAllBytes(file)).RootElement;
        }

        Assert.Skip("shared/golden/metrics_golden.json stands in no folder above the tests.");
        return default;
    }

    public static double[] Doubles(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];

    public static float[] Labels(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetSingle())];
}
