using System.Net.Sockets;
using Npgsql;

namespace Cairn.Storage.Postgres;

/// <summary>Tells what broke in the world from what is wrong with a statement, and what goes away when the work runs again.</summary>
internal static class PostgresFaults
{
    public static bool MayRunAgain(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    /// <summary>
    /// Two who both saw that a name is free and took it: the later one is now and then told of the name, not of the race. Run again, it sees the
    /// name and says so itself; a violation that is none of a race is the same again.
    /// </summary>
    public static bool MayBeOfRace(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    public static bool IsFault(Exception exception) => exception switch
    {
        PostgresException e => MayRunAgain(e) || e.SqlState is PostgresErrorCodes.DiskFull or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.DataCorrupted
            or PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.OutOfMemory,
        NpgsqlException or SocketException => true,
        _ => false,
    };

    public static StorageException Explain(Exception exception, string where) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } e => new(StorageFault.DiskFull, $"{where} has no space left ({e.MessageText}). Nothing of this request was stored. Make room there.", e),
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } e => new(StorageFault.ReadOnly, $"{where} accepts no writes ({e.MessageText}). Connect to the primary.", e),
        PostgresException { SqlState: PostgresErrorCodes.DataCorrupted } e => new(StorageFault.Corrupt, $"{where} reports damaged data ({e.MessageText}). Restore its backup.", e),
        PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire } e => new(StorageFault.Text, "A text that was sent holds the character U+0000, which no value may. Nothing was stored. Leave it out.", e),
        PostgresException { SqlState: PostgresErrorCodes.OutOfMemory } e => new(StorageFault.Busy, $"{where} has no memory for more at once ({e.MessageText}). Nothing was stored. Try again; if it comes again, follow its hint: {e.Hint}", e),
        PostgresException e when MayRunAgain(e) => new(StorageFault.Busy, $"Others changed the same rows again and again while this was to be stored, and {where} let them pass ({e.MessageText}). Nothing was stored. Try again in a moment, with fewer at a time.", e),
        _ => new(StorageFault.Unavailable, $"{where} did not answer ({exception.Message}). Check that it runs and that the connection string is right.", exception),
    };
}
