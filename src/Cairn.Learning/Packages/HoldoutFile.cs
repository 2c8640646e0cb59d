using System.Globalization;
using System.Text.Json;
using Cairn.Learning.Splits;

namespace Cairn.Learning.Packages;

/// <summary><c>holdout.json</c>: the keys of the rows a model was judged on, as <see cref="RowKeys"/> makes them, in ascending order.</summary>
internal static class HoldoutFile
{
    private const int Format = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    };

    public static IReadOnlySet<ulong> Keys(PackageContent content)
    {
        var keys = RowKeys.Of(content.Frame, content.Schema);
        return content.Holdout.Select(row => keys[row]).ToHashSet();
    }

    public static byte[] Write(IReadOnlySet<ulong> keys) =>
        JsonSerializer.SerializeToUtf8Bytes(new Content(Format, [.. keys.Order().Select(key => key.ToString("x16", CultureInfo.InvariantCulture))]), Options);

    /// <exception cref="InvalidDataException">Not a list of row keys.</exception>
    public static IReadOnlySet<ulong> Read(ReadOnlySpan<byte> saved)
    {
        try
        {
            var content = JsonSerializer.Deserialize<Content>(saved, Options);
            if (content?.Format != Format) throw new InvalidDataException($"The hold-out keys have format {content?.Format}; this binary reads format {Format}.");
            return content.Keys.Select(key => ulong.Parse(key, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToHashSet();
        }
        catch (Exception error) when (error is JsonException or FormatException or OverflowException)
        {
            throw new InvalidDataException($"The hold-out keys cannot be read: {error.Message}", error);
        }
    }

    private sealed record Content(int Format, IReadOnlyList<string> Keys);
}
