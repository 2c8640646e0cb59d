using System.Globalization;
using System.Text;
using System.Text.Json;
using Cairn.Kernel;

namespace Cairn.Learning.Packages;

/// <summary><c>golden.json</c>: requests with the bits of their feature vectors and answers, checked whenever the package is loaded.</summary>
internal static class GoldenRows
{
    private const int Format = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        NewLine = "\n",
    };

    public static byte[] Write(Predictor predictor, IReadOnlyList<byte[]> requests)
    {
        var rows = new List<Row>();
        foreach (var request in requests)
        {
            using var document = JsonDocument.Parse(request);
            var (refusal, features, probability) = Run(predictor, request);
            if (refusal is not null) throw new InvalidOperationException($"A golden row made from the data is refused: {refusal.Detail}");
            rows.Add(new(document.RootElement.Clone(), features, probability));
        }

        return JsonSerializer.SerializeToUtf8Bytes(new Content(Format, rows), Options);
    }

    /// <returns>What differs, or null.</returns>
    /// <exception cref="InvalidDataException">Not a file of golden rows.</exception>
    public static string? Check(Predictor predictor, ReadOnlySpan<byte> saved)
    {
        var content = Read(saved);
        for (var i = 0; i < content.Rows.Count; i++)
        {
            var expected = content.Rows[i];
            var (refusal, features, probability) = Run(predictor, JsonSerializer.SerializeToUtf8Bytes(expected.Request));
            if (refusal is not null) return $"golden row {i} is refused: {refusal.Detail}";
            if (features != expected.Features) return $"the feature vector of golden row {i} has other bits: {FirstDifference(predictor, features, expected.Features)}";
            if (probability != expected.Probability) return $"golden row {i} gives the probability bits {probability}, not {expected.Probability}";
        }

        return null;
    }

    /// <exception cref="InvalidDataException">Not a file of golden rows.</exception>
    public static IReadOnlyList<byte[]> Requests(ReadOnlySpan<byte> saved) => [.. Read(saved).Rows.Select(row => JsonSerializer.SerializeToUtf8Bytes(row.Request))];

    private static Content Read(ReadOnlySpan<byte> saved)
    {
        Content content;
        try
        {
            content = JsonSerializer.Deserialize<Content>(saved, Options) ?? throw new InvalidDataException("The golden rows are empty.");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"The golden rows cannot be read: {error.Message}", error);
        }

        if (content.Format != Format || content.Rows.Count == 0) throw new InvalidDataException($"The golden rows have format {content.Format} and number {content.Rows.Count}.");
        return content;
    }

    private static (Refusal? Refusal, string Features, string Probability) Run(Predictor predictor, ReadOnlySpan<byte> request)
    {
        var row = predictor.NewRow();
        var json = new Utf8JsonReader(request);
        json.Read();
        if (predictor.Read(ref json, row, "$") is { } refusal) return (refusal, "", "");

        var features = new StringBuilder();
        foreach (var value in row.Features) features.Append(BitConverter.SingleToUInt32Bits(value).ToString("x8", CultureInfo.InvariantCulture));
        return (null, features.ToString(), BitConverter.DoubleToUInt64Bits(predictor.Score(row)).ToString("x16", CultureInfo.InvariantCulture));
    }

    private static string FirstDifference(Predictor predictor, string found, string expected)
    {
        for (var i = 0; i < predictor.Features.Count && found.Length == expected.Length; i++)
        {
            var (a, b) = (found.Substring(i * 8, 8), expected.Substring(i * 8, 8));
            if (a != b) return $"{predictor.Features[i]} is {a}, not {b}";
        }

        return $"it has {found.Length / 8} features, not {expected.Length / 8}";
    }

    /// <param name="Features">8 hex digits for each float32.</param>
    /// <param name="Probability">16 hex digits of a double.</param>
    private sealed record Row(JsonElement Request, string Features, string Probability);

    private sealed record Content(int Format, IReadOnlyList<Row> Rows);
}
