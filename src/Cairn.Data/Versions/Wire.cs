using System.Text.Json;
using Cairn.Client.Wire;

namespace Cairn.Data.Versions;

/// <summary>Versions as the API shows them.</summary>
internal static class Wire
{
    public static DatasetVersionWire ToWire(this DatasetVersion version) => new(
        version.Dataset, version.Version, version.Digest.Hex, version.Rows, version.Bytes, version.CreatedAt, version.Source, version.Schema.Key, version.Schema.Target?.Column,
        [.. version.Schema.Columns.Select(c => new ColumnWire(c.Name, Word(c.Type), c.Nullable, c.Min, c.Max, c.Categories, c.Pii))]);

    public static string Word(ColumnType type) => JsonNamingPolicy.SnakeCaseLower.ConvertName(type.ToString());
}
