using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Serving.Live;

namespace Cairn.Serving.Online;

/// <summary>Writes a <see cref="PredictionWire"/> without making one; a test holds both shapes together.</summary>
internal static class PredictionJson
{
    private static readonly JsonEncodedText
        Id = JsonEncodedText.Encode("prediction_id"),
        Prediction = JsonEncodedText.Encode("prediction"),
        Probability = JsonEncodedText.Encode("probability"),
        Threshold = JsonEncodedText.Encode("threshold"),
        Model = JsonEncodedText.Encode("model"),
        Version = JsonEncodedText.Encode("version"),
        Explanation = JsonEncodedText.Encode("explanation");

    public static void Write(Utf8JsonWriter json, ServedModel served, Guid id, double probability, ExplanationWire? explanation)
    {
        var predictor = served.Package.Predictor;
        json.WriteStartObject();
        Span<char> digits = stackalloc char[32];
        id.TryFormat(digits, out _, "N");
        json.WriteString(Id, digits);
        json.WriteString(Prediction, probability >= predictor.Threshold ? served.Package.Positive : served.Package.Negative);
        json.WriteNumber(Probability, probability);
        json.WriteNumber(Threshold, predictor.Threshold);
        json.WriteString(Model, served.ModelText);
        json.WriteNumber(Version, served.Version);
        if (explanation is not null)
        {
            json.WritePropertyName(Explanation);
            JsonSerializer.Serialize(json, explanation, Client.CairnJson.Options);
        }

        json.WriteEndObject();
    }
}
