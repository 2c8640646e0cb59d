using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Learning.Slicing;

/// <summary><c>evaluation/slices.json</c> of a run.</summary>
internal sealed record SlicesFile(int Format, long Rows, long Positives, double Threshold, IReadOnlyList<SavedSlice> Slices, IReadOnlyList<SliceLeftOut> LeftOut)
{
    public const string Path = "evaluation/slices.json";
    public const int Newest = 1;

    private static readonly JsonSerializerOptions _strict = new(CairnJson.Options) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, CairnJson.Options);

    /// <summary>Anyone may write an artifact under this name.</summary>
    /// <exception cref="InvalidDataException">It is not as this program writes it.</exception>
    public static SlicesFile Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var read = JsonSerializer.Deserialize<SlicesFile>(json, _strict) ?? throw new InvalidDataException("it is empty");
            if (read.Format != Newest) throw new InvalidDataException($"it has format {read.Format}; this version reads {Newest}");
            return read.Slices.All(slice => slice is { Features: [_, ..] } && slice.Features.Concat(slice.Also).All(name => name is not null) && slice.Metrics.Values.All(result => result is not null)) && read.LeftOut.All(left => left is not null)
                ? read : throw new InvalidDataException("a slice of it is not whole");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException(error.Message, error);
        }
    }

    /// <summary>By how much a slice is worse than the rest: negative, when it is better.</summary>
    public static double Worse(SliceMetricWire result, string metric) =>
        metric == "calibration_gap" ? Math.Abs(result.Value ?? 0) - Math.Abs(result.Rest ?? 0)
        : Metrics.HigherIsBetter(metric) ? -(result.Difference ?? result.Value ?? 0)
        : result.Difference ?? result.Value ?? 0;
}

/// <param name="Features">By which these rows are a slice; the rule is in the words of the first.</param>
internal sealed record SavedSlice(
    IReadOnlyList<string> Features, SliceRule Rule, IReadOnlyList<string> Also, long Rows, long Positives, double Predicted, IReadOnlyDictionary<string, SliceMetricWire> Metrics);
