namespace Cairn.Storage;

/// <summary>What stands between Cairn and its stored state. The message says what to do.</summary>
public sealed class StorageException(StorageFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public StorageFault Fault { get; } = fault;
}

public enum StorageFault
{
    /// <summary>No space (or no quota) left. Nothing was stored; it works again when there is room.</summary>
    DiskFull,

    /// <summary>The home, or a file in it, cannot be written by this user.</summary>
    ReadOnly,

    /// <summary>The database file is damaged or is no database.</summary>
    Corrupt,

    /// <summary>The disk or the database server did not answer; what was asked for is not stored.</summary>
    Unavailable,

    /// <summary>So many changed the same rows at once that this change was given up. Nothing was stored; it is worth another try.</summary>
    Busy,

    /// <summary>A text holds a character that the database takes in none: U+0000. The fault is that of who sent it.</summary>
    Text,

    /// <summary>A newer Cairn has migrated this home; this one does not know its tables.</summary>
    HomeTooNew,

    /// <summary>A migration that was applied to this home reads differently in this build.</summary>
    MigrationAltered,

    /// <summary>A migration could not be applied; the home is as it was before it.</summary>
    MigrationFailed,
}
