using System.Text.Json;
using System.Text.Json.Serialization;
using Cairn.Client;

namespace Cairn.Tracking.Edge;

/// <summary>JSON for audit entries and events: snake_case as on the wire, but absent values are written, so that the shape is always the same.</summary>
internal static class Detail
{
    private static readonly JsonSerializerOptions _options =
        new(CairnJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    public static string Of<T>(T detail) => JsonSerializer.Serialize(detail, _options);
}
