using System.Text.Json;
using Cairn.Client;
using Cairn.Serving.Log;

namespace Cairn.Serving.Exports;

/// <summary>Predictions as JSON, one object a line: as the API shows them, the features as an object.</summary>
internal static class JsonRows
{
    public static async Task Write(Predictions predictions, LogPlan plan, Stream body, CancellationToken cancellation)
    {
        var names = plan.Sources.ToDictionary(source => source.Key, source => source.Value.FeatureNames.Select(name => JsonEncodedText.Encode(name)).ToArray());
        await foreach (var piece in predictions.Read(plan, cancellation))
        {
            using var lines = new MemoryStream();
            foreach (var (record, source) in piece)
            {
                await using (var json = new Utf8JsonWriter(lines)) Write(json, record, source, names[source.SourceId]);
                lines.WriteByte((byte)'\n');
            }

            lines.Position = 0;
            await lines.CopyToAsync(body, cancellation);
            await body.FlushAsync(cancellation);
        }
    }

    private static void Write(Utf8JsonWriter json, LogRecord record, LogSourceRow source, JsonEncodedText[] names)
    {
        json.WriteStartObject();
        foreach (var member in JsonSerializer.SerializeToElement(LoggedPrediction.ToWire(record, source, withFeatures: false), CairnJson.Options).EnumerateObject()) member.WriteTo(json);
        json.WriteStartObject("features");
        for (var i = 0; i < names.Length; i++)
        {
            if (float.IsNaN(record.Features[i])) json.WriteNull(names[i]);
            else if (float.IsFinite(record.Features[i])) json.WriteNumber(names[i], record.Features[i]);
            else json.WriteString(names[i], record.Features[i] > 0 ? "Infinity" : "-Infinity");
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}
