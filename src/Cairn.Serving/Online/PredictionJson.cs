using System.Buffers.Text;
using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Serving.Live;

namespace Cairn.Serving.Online;

/// <summary>Writes a <see cref="PredictionWire"/> without making one; a test holds both shapes together.</summary>
internal static class PredictionJson
{
    private const int IdLength = 32, LongestNumber = 32;

    private static ReadOnlySpan<byte> Head => "{\"prediction_id\":\""u8;

    public static void Write(AnswerBuffer answer, ServedModel served, Guid id, double probability, ExplanationWire? explanation)
    {
        if (!double.IsFinite(probability)) throw new InvalidOperationException($"{served.Model} version {served.Version} gave the probability {probability}.");
        var (middle, tail) = (probability >= served.Package.Predictor.Threshold ? served.Positive : served.Negative, served.Tail);
        var space = answer.GetSpan(Head.Length + IdLength + middle.Length + LongestNumber + tail.Length);
        Head.CopyTo(space);
        var length = Head.Length;
        id.TryFormat(space[length..], out _, "N");
        length += IdLength;
        middle.CopyTo(space[length..]);
        length += middle.Length;
        Utf8Formatter.TryFormat(probability, space[length..], out var digits);
        length += digits;
        tail.CopyTo(space[length..]);
        answer.Advance(length + tail.Length);

        if (explanation is not null)
        {
            answer.Write(",\"explanation\":"u8);
            using var json = new Utf8JsonWriter(answer);
            JsonSerializer.Serialize(json, explanation, Client.CairnJson.Options);
        }

        answer.Write("}"u8);
    }

    /// <summary>What stands between the id and the probability.</summary>
    public static byte[] Middle(string prediction) => [.. "\",\"prediction\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(prediction), .. ",\"probability\":"u8];

    /// <summary>What stands behind the probability, but for an explanation.</summary>
    public static byte[] Tail(double threshold, string model, long version) =>
    [
        .. ",\"threshold\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(threshold), .. ",\"model\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(model),
        .. ",\"version\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(version),
    ];
}
