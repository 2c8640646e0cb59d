namespace Cairn.Storage;

public sealed record StorageOptions
{
    /// <value>The folder that holds all state: <c>cairn.db</c>, <c>predictions.db</c>, <c>blobs/</c>, <c>backups/</c>, <c>keys/</c>.</value>
    public required string Home { get; init; }

    /// <value>A PostgreSQL connection string; null (the default) stores metadata in <c>home/cairn.db</c> and the log of predictions in <c>home/predictions.db</c>.</value>
    public string? PostgreSql { get; init; }
}
