using System.Data.Common;
using Cairn.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Cairn.Storage;

/// <summary>A database that is not Cairn's: rows are read from it or written to it. Its password is in no text of this class.</summary>
public sealed class OutsideDatabase
{
    private readonly string _connection;

    private OutsideDatabase(string shown, string connection, bool isSqlite, string? host, bool holdsPassword) =>
        (Shown, _connection, IsSqlite, Host, HoldsPassword) = (shown, connection, isSqlite, host, holdsPassword);

    /// <value>For messages: without user and password.</value>
    public string Shown { get; }

    public bool IsSqlite { get; }

    /// <value>Null: a file or a socket of this machine.</value>
    public string? Host { get; }

    public bool HoldsPassword { get; }

    /// <param name="address"><c>postgres://user:password@host:5432/database?sslmode=require</c>, a connection string of Npgsql, or <c>sqlite:/path/to/file</c>.</param>
    /// <returns>Null: it is none of them.</returns>
    public static OutsideDatabase? Read(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase)) return Path.IsPathFullyQualified(address["sqlite:".Length..]) ? OfFile(address["sqlite:".Length..]) : null;
        try
        {
            var builder = Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "postgres" or "postgresql" ? OfUri(uri!) : new NpgsqlConnectionStringBuilder(address);
            if (string.IsNullOrEmpty(builder.Host)) return null;
            builder.Pooling = false; // a batch holds one connection, and a password that was changed is asked again
            builder.ApplicationName ??= "cairn";
            builder.PersistSecurityInfo = false;
            builder.CommandTimeout = 0; // a query over a large table takes its time
            builder.Timezone = "UTC";
            var place = builder.Host!.StartsWith('/') ? builder.Host : $"{builder.Host}:{builder.Port}";
            return new($"{place}/{builder.Database ?? builder.Username}", builder.ToString(), isSqlite: false, builder.Host.StartsWith('/') ? null : builder.Host, !string.IsNullOrEmpty(builder.Password));
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return null;
        }
    }

    public static OutsideDatabase OfFile(string path) => new(path, path, isSqlite: true, host: null, holdsPassword: false);

    /// <param name="write">False: nothing can be changed through it.</param>
    /// <exception cref="DbException">It cannot be reached, or does not let us in.</exception>
    public DbConnection Open(bool write)
    {
        DbConnection connection;
        if (IsSqlite)
        {
            SystemSqlite.Load();
            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _connection, Mode = write ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 30 }.ToString());
        }
        else
        {
            connection = new NpgsqlConnection(_connection);
        }

        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override string ToString() => Shown;

    private static NpgsqlConnectionStringBuilder OfUri(Uri uri)
    {
        var builder = new NpgsqlConnectionStringBuilder { Host = uri.Host };
        if (uri.Port > 0) builder.Port = uri.Port;
        if (uri.AbsolutePath.Trim('/') is { Length: > 0 } database) builder.Database = Uri.UnescapeDataString(database);
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0) builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (var part in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = part.IndexOf('=', StringComparison.Ordinal) is var at and > 0 ? (part[..at], Uri.UnescapeDataString(part[(at + 1)..])) : (part, "");
            builder[name switch { "sslmode" => "SSL Mode", "sslrootcert" => "Root Certificate", "host" => "Host", "port" => "Port", _ => name }] = value switch { "verify-ca" => "VerifyCA", "verify-full" => "VerifyFull", _ => value };
        }

        return builder;
    }
}
