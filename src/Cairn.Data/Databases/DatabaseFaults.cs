using System.Data.Common;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace Cairn.Data.Databases;

/// <summary>What a database said no to, as a refusal: whose fault it is decides what is done next.</summary>
internal static class DatabaseFaults
{
    /// <param name="what">What was tried: "the query", "writing the table scored".</param>
    public static Refusal Refused(OutsideDatabase database, string what, DbException e) => e switch
    {
        PostgresException p => p.SqlState switch
        {
            [ '2', '8', .. ] => new Refusal.Forbidden("database.denied", $"{database} does not let us in: {p.MessageText}. Check user and password of the connection."),
            "42501" => new Refusal.Forbidden("database.denied", $"{database} does not permit {what}: {p.MessageText}. Give the user of the connection the right, or use another connection."),
            [ '5', '3', .. ] or [ '5', '7', .. ] or [ '0', '8', .. ] or [ '4', '0', .. ] => Unreachable(database, p.MessageText),
            "3D000" => Failed(database, "connecting", p.MessageText),
            _ => Failed(database, what, p.MessageText + (p.Hint is { } hint ? $" {hint}" : "")),
        },
        SqliteException s => (s.SqliteErrorCode & 0xFF) switch
        {
            raw.SQLITE_AUTH => new Refusal.Forbidden("database.denied", $"{database}: {what} may only read tables with SELECT: {Words(s)}."),
            raw.SQLITE_READONLY or raw.SQLITE_PERM => new Refusal.Forbidden("database.denied", $"{database} does not permit {what}: {Words(s)}."),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_FULL or raw.SQLITE_IOERR => Unreachable(database, Words(s)),
            raw.SQLITE_CANTOPEN => new Refusal.Missing("database.unreachable", $"{database} cannot be opened: {Words(s)}."),
            _ => Failed(database, what, Words(s)),
        },
        _ => Unreachable(database, e.InnerException?.Message ?? e.Message),
    };

    // "SQLite Error 23: 'not authorized'." where the provider made it.
    private static string Words(SqliteException e) => e.Message.Split('\'') is [_, var inner, _] && e.Message.StartsWith("SQLite Error", StringComparison.Ordinal) ? inner : e.Message;

    private static Refusal.Unavailable Unreachable(OutsideDatabase database, string why) =>
        new("database.unreachable", $"The database {database} cannot be used now: {why.TrimEnd('.')}. Try again when it can; the same request goes on where it stopped.");

    private static Refusal.Invalid Failed(OutsideDatabase database, string what, string why) => new("database.query-failed", $"{database} did not take {what}: {why.TrimEnd('.')}.");
}
