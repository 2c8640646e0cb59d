using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Data;

/// <summary>What of the world outside may be used.</summary>
public sealed record ConnectionOptions
{
    /// <value>Addresses of databases by name (<see cref="OutsideDatabase.Read"/>). They hold passwords: requests, runs and logs have the names only.</value>
    public IReadOnlyDictionary<string, string> Connections { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <value>Hosts that a request may name; null: any, as on a server that only its own machine reaches.</value>
    public IReadOnlyList<string>? Hosts { get; init; }
}

/// <summary>Databases by the name that the server has for them, or by an address without a password.</summary>
public sealed class Connections(ConnectionOptions options)
{
    public Answer<OutsideDatabase> Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (options.Connections.TryGetValue(name, out var configured))
            return OutsideDatabase.Read(configured) ?? (Answer<OutsideDatabase>)new Refusal.Invalid("connection.invalid", $"The server's connection {name} cannot be read. Set CAIRN_CONNECTION_{name.ToUpperInvariant()} to postgres://user:password@host/database or sqlite:/path/to/file, and start it again.");
        if (!name.Contains(':', StringComparison.Ordinal) && !name.Contains('=', StringComparison.Ordinal)) return Unknown(name);

        if (OutsideDatabase.Read(name) is not { IsSqlite: false } database)
            return new Refusal.Invalid("connection.invalid", "The address of the database cannot be read. Write it as postgres://user@host:5432/database, or name a connection of the server.");
        if (database.HoldsPassword)
            return new Refusal.Invalid("connection.password", $"The address of {database} holds a password, which would be stored with the run. Start the server with CAIRN_CONNECTION_NAME=postgres://user:password@host/database and say the name.");
        return Allowed(database.Host) is { } refusal ? refusal : database;
    }

    /// <summary>Null: a request may name this host.</summary>
    public Refusal? Allowed(string? host) => options.Hosts is null || host is not null && options.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase)
        ? null
        : new Refusal.Forbidden("connection.host-not-allowed", $"The host {host ?? "of this machine"} is not one that requests may name. Allowed are: {(options.Hosts.Count == 0 ? "none" : string.Join(", ", options.Hosts))}. Start the server with --allow-host {host ?? "HOST"}.");

    private Refusal.Missing Unknown(string name) => new(
        "connection.unknown",
        $"The server has no connection '{name}'. {(options.Connections.Count == 0 ? "It has none" : $"There are: {string.Join(", ", options.Connections.Keys.Order(StringComparer.Ordinal))}")}. Start it with CAIRN_CONNECTION_{Variable(name)}=postgres://user:password@host/database.");

    private static string Variable(string name) => new([.. name.ToUpperInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
}
