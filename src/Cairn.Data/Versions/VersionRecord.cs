using System.Text.Json;
using Cairn.Client;

namespace Cairn.Data.Versions;

/// <summary>A row of dataset_versions.</summary>
internal sealed record VersionRecord
{
    public required string Dataset { get; init; }

    public required long Version { get; init; }

    public required string Digest { get; init; }

    public required long RowCount { get; init; }

    public required long ByteCount { get; init; }

    /// <value>JSON.</value>
    public required string Schema { get; init; }

    /// <value>JSON: the parts in row order.</value>
    public required string Parts { get; init; }

    public required string Source { get; init; }

    public required long CreatedAt { get; init; }

    public static VersionRecord Of(DatasetVersion version) => new()
    {
        Dataset = version.Dataset,
        Version = version.Version,
        Digest = version.Digest.Hex,
        RowCount = version.Rows,
        ByteCount = version.Bytes,
        Schema = JsonSerializer.Serialize(version.Schema, CairnJson.Options),
        Parts = JsonSerializer.Serialize(version.Parts.Select(p => new Part(p.Blob.Hex, p.Rows, p.Bytes)), CairnJson.Options),
        Source = version.Source,
        CreatedAt = version.CreatedAt,
    };

    public DatasetVersion ToVersion() => new(
        Dataset, Version, Kernel.Digest.Parse(Digest), RowCount, ByteCount, JsonSerializer.Deserialize<Schema>(Schema, CairnJson.Options)!,
        [.. JsonSerializer.Deserialize<Part[]>(Parts, CairnJson.Options)!.Select(p => new DatasetPart(Kernel.Digest.Parse(p.Blob), p.Rows, p.Bytes))], Source, CreatedAt);

    private sealed record Part(string Blob, long Rows, long Bytes);
}
