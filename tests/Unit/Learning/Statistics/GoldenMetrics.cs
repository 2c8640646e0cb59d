using System.Text.Json;

namespace Cairn.Unit.Tests.Learning.Statistics;

/// <summary>Values of scikit-learn, statsmodels and scipy for data that stands beside them; the test skips where the file is absent.</summary>
internal static class GoldenMetrics
{
    public static JsonElement Read() => JsonDocument.Parse(File.ReadAllBytes(RealData.Find("golden/metrics_golden.json"))).RootElement;

    public static double[] Doubles(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetDouble())];

    public static float[] Labels(this JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetSingle())];
}
