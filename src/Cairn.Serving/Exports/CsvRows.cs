using System.Buffers;
using System.Text;
using Cairn.Kernel;
using Cairn.Serving.Log;

namespace Cairn.Serving.Exports;

/// <summary>Predictions as CSV (RFC 4180, UTF-8), a column for each feature of any version that answered; what is missing is empty.</summary>
internal static class CsvRows
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    private static readonly string[] Columns =
    [
        "prediction_id", "time", "deployment", "variant", "shadow", "batch", "model", "version", "package_digest", "evaluator", "entity", "caller", "prediction", "probability", "threshold",
        "latency_us",
    ];

    public static async Task Write(Predictions predictions, LogPlan plan, Stream body, CancellationToken cancellation)
    {
        // The newest version first: its features are those a reader expects in front.
        var features = plan.Sources.Values.OrderByDescending(source => source.Version).SelectMany(source => source.FeatureNames).Distinct(StringComparer.Ordinal).ToList();
        var places = features.Index().ToDictionary(feature => feature.Item, feature => feature.Index, StringComparer.Ordinal);
        var layouts = plan.Sources.ToDictionary(source => source.Key, source => source.Value.FeatureNames.Select(name => places[name]).ToArray());

        // Put together in memory: an answer takes no synchronous writes.
        using var lines = new MemoryStream();
        await using var writer = new StreamWriter(lines, new UTF8Encoding(false));
        writer.Write(string.Join(',', Columns.Concat(features.Select(name => Quoted($"features.{name}")))));
        writer.Write("\r\n");
        await Send();
        var values = new float[features.Count];
        await foreach (var piece in predictions.Read(plan, cancellation))
        {
            foreach (var (record, source) in piece) Write(writer, record, source, layouts[source.SourceId], values);
            await Send();
        }

        async Task Send()
        {
            await writer.FlushAsync(cancellation);
            lines.Position = 0;
            await lines.CopyToAsync(body, cancellation);
            lines.SetLength(0);
        }
    }

    private static void Write(StreamWriter writer, LogRecord record, LogSourceRow source, int[] layout, float[] values)
    {
        var answer = LoggedPrediction.ToWire(record, source, withFeatures: false);
        writer.Write($"{answer.PredictionId},{Time.FromMicros(record.Time):yyyy-MM-ddTHH:mm:ss.ffffffZ},{Quoted(answer.Deployment)},{Quoted(answer.Variant)},");
        writer.Write($"{Truth(answer.Shadow)},{Truth(record.Flags.HasFlag(RecordFlags.Batch))},{Quoted(answer.Model)},{answer.Version},{answer.PackageDigest},{answer.Evaluator},");
        writer.Write($"{Quoted(record.Entity)},{Quoted(answer.Caller)},{Quoted(answer.Prediction)},{answer.Probability:R},{answer.Threshold:R},{answer.LatencyUs}");

        Array.Fill(values, float.NaN);
        for (var i = 0; i < layout.Length; i++) values[layout[i]] = record.Features[i];
        foreach (var value in values)
        {
            writer.Write(',');
            if (!float.IsNaN(value)) writer.Write(value);
        }

        writer.Write("\r\n");
    }

    private static string Truth(bool value) => value ? "true" : "false";

    private static string Quoted(string text) => text.AsSpan().ContainsAny(Special) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
