namespace Cairn.Storage;

public sealed record StorageOptions
{
    /// <value>The folder that holds all state: <c>cairn.db</c>, <c>predictions.db</c>, <c>blobs/</c>, <c>uploads/</c>, <c>backups/</c>, <c>keys/</c>.</value>
    public required string Home { get; init; }

    /// <value>A PostgreSQL connection string; null (the default) stores metadata in <c>home/cairn.db</c> and the log of predictions in <c>home/predictions.db</c>.</value>
    public string? PostgreSql { get; init; }

    /// <value>Where the blobs are, below this key of S3; null (the default): in <c>home/blobs</c>.</value>
    public ObjectAddress? Blobs { get; init; }

    /// <value>Of blobs in S3, bytes that may be kept in <c>home/cache</c> as well.</value>
    public long BlobCache { get; init; } = 10L << 30;
}
