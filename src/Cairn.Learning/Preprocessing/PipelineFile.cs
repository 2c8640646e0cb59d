using System.Text.Json;

namespace Cairn.Learning.Preprocessing;

/// <summary><c>pipeline.json</c>, format 1. Doubles are written so that they read back to the same bits; same pipeline, same bytes.</summary>
internal static class PipelineFile
{
    public const int Format = 1;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        NewLine = "\n",
    };

    public static byte[] Write(Pipeline pipeline) => JsonSerializer.SerializeToUtf8Bytes(
        new Content(Format, pipeline.Dense, pipeline.Inputs, pipeline.Transforms, pipeline.Texts.Texts, pipeline.Steps, pipeline.Dropped), Options);

    /// <exception cref="InvalidDataException">Not a pipeline of a format this binary knows.</exception>
    public static Pipeline Read(ReadOnlySpan<byte> saved)
    {
        try
        {
            var content = JsonSerializer.Deserialize<Content>(saved, Options) ?? throw new InvalidDataException("The pipeline is empty.");
            if (content.Format != Format) throw new InvalidDataException($"The pipeline has format {content.Format}; this binary reads format {Format}.");
            foreach (var step in content.Steps) Check(step, content);
            return new(content.Dense, content.Inputs, content.Transforms, content.Texts, content.Steps, content.Dropped);
        }
        catch (Exception error) when (error is JsonException or ArgumentException or KeyNotFoundException)
        {
            throw new InvalidDataException($"The pipeline cannot be read: {error.Message}", error);
        }
    }

    private static void Check(FeatureStep step, Content content)
    {
        if (content.Inputs.All(i => i.Name != step.Source) && content.Transforms.All(t => t.Name != step.Source))
            throw new InvalidDataException($"The step of '{step.Source}' has no input or transform of that name.");
        var known = content.Texts.ToHashSet(StringComparer.Ordinal);
        if (step.Levels.FirstOrDefault(level => !known.Contains(level)) is { } unknown)
            throw new InvalidDataException($"The level '{unknown}' of '{step.Source}' is not among the pipeline's texts.");
    }

    private sealed record Content(
        int Format, bool Dense, IReadOnlyList<PipelineInput> Inputs, IReadOnlyList<Transform> Transforms, IReadOnlyList<string> Texts, IReadOnlyList<FeatureStep> Steps,
        IReadOnlyList<DroppedColumn> Dropped);
}
