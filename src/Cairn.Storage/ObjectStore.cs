using Cairn.Kernel;
using Cairn.Storage.Objects;

namespace Cairn.Storage;

/// <summary>How S3, or a store that speaks as it does, is reached.</summary>
public sealed record ObjectStoreOptions
{
    /// <value>Null: Amazon's own.</value>
    public Uri? Endpoint { get; init; }

    public string Region { get; init; } = "us-east-1";

    /// <value>With <see cref="SecretKey"/>; null: what the machine has (environment, profile, role).</value>
    public string? AccessKey { get; init; }

    public string? SecretKey { get; init; }
}

/// <param name="Key">Without a slash at its beginning.</param>
public sealed record ObjectAddress(string Bucket, string Key)
{
    private const string Scheme = "s3://";

    public static bool Is(string text) => text is not null && text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <returns>Null: not <c>s3://bucket/key</c>.</returns>
    public static ObjectAddress? Read(string text)
    {
        if (!Is(text)) return null;
        var rest = text[Scheme.Length..].TrimEnd('/').Split('/', 2);
        return rest.Length == 2 && rest[0].Length > 0 && rest[1].Length > 0 && !rest[1].Contains('\0', StringComparison.Ordinal) ? new(rest[0], rest[1]) : null;
    }

    public ObjectAddress Under(string name) => this with { Key = $"{Key}/{name}" };

    public override string ToString() => $"{Scheme}{Bucket}/{Key}";
}

/// <param name="ModifiedAt">By the clock of the store; null: it was not asked.</param>
public sealed record ObjectEntry(ObjectAddress Address, long Length, string ETag, DateTimeOffset? ModifiedAt = null);

/// <summary>Objects of S3: whole ones come and go as files. What is refused says whether it is missing, not permitted, or out of reach at present.</summary>
public sealed class ObjectStore : IDisposable
{
    private readonly Lazy<S3Transfers> _transfers;

    public ObjectStore(ObjectStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _transfers = new(() => new(options));
        Host = options.Endpoint is null ? $"s3.{options.Region}.amazonaws.com" : null;
    }

    /// <value>Null: whoever started the server named the store.</value>
    public string? Host { get; }

    /// <summary>Null: there is no such object.</summary>
    public Task<Answer<ObjectEntry?>> Find(ObjectAddress address, CancellationToken cancellation) => _transfers.Value.Find(address, cancellation);

    /// <summary>All objects whose key begins as that of the address and a slash.</summary>
    public Task<Answer<IReadOnlyList<ObjectEntry>>> Below(ObjectAddress address, CancellationToken cancellation) => _transfers.Value.Below(address, cancellation);

    /// <summary>The content, from any place on, as it comes.</summary>
    public Task<Answer<Stream>> Open(ObjectAddress address, CancellationToken cancellation) => _transfers.Value.Open(address, cancellation);

    /// <summary>Goes on where an earlier attempt stopped, unless the object is another one by now.</summary>
    /// <param name="file">Has its name when it is whole and durable.</param>
    /// <param name="progress">Bytes that are here, of how many.</param>
    public Task<Answer<ObjectEntry>> Download(ObjectAddress address, string file, Action<long, long> progress, CancellationToken cancellation) => _transfers.Value.Download(address, file, progress, cancellation);

    /// <summary>The object is there as a whole or not at all; one that stands there is replaced. What an attempt that was killed left behind is taken away by the next.</summary>
    /// <param name="progress">Bytes that are there.</param>
    public Task<Answer<Done>> Upload(string file, ObjectAddress address, Action<long> progress, CancellationToken cancellation) => _transfers.Value.Upload(file, address, progress, cancellation);

    /// <summary>Takes away what an upload of this file that was killed left in the store.</summary>
    public Task<Answer<Done>> Abandon(string file, ObjectAddress address, CancellationToken cancellation) => _transfers.Value.Abandon(file, address, cancellation);

    public Task<Answer<Done>> Delete(ObjectAddress address, CancellationToken cancellation) => _transfers.Value.Delete(address, cancellation);

    public void Dispose()
    {
        if (_transfers.IsValueCreated) _transfers.Value.Dispose();
    }
}
