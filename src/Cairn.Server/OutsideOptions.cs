namespace Cairn.Server;

/// <summary>Databases and stores that are not Cairn's, and how they are reached.</summary>
public sealed record OutsideOptions
{
    /// <value>Addresses of databases by the name that requests say: <c>postgres://user:password@host/database</c> or <c>sqlite:/path/to/file</c>.</value>
    public IReadOnlyDictionary<string, string> Connections { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <value>Hosts that a request may name when the server is not on loopback; there it may name any.</value>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <value>The store that <c>s3://</c> means, <c>https://host:port</c>; null: Amazon's own.</value>
    public string? S3Endpoint { get; init; }

    public string? S3Region { get; init; }

    /// <value>With <see cref="S3SecretKey"/>; null: what the machine has (environment, profile, role).</value>
    public string? S3AccessKey { get; init; }

    public string? S3SecretKey { get; init; }
}
