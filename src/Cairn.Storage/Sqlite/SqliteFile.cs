using Cairn.Storage.Files;
using Cairn.Storage.Sql;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Cairn.Storage.Sqlite;

/// <summary>One database file and how its connections are opened.</summary>
internal sealed class SqliteFile(string path)
{
    public string Path { get; } = path;

    public SqliteConnection OpenWriter()
    {
        var connection = Open(SqliteOpenMode.ReadWriteCreate);
        // What is deleted is overwritten: an erased key must not be found in a free page.
        connection.Run("PRAGMA secure_delete = ON");
        // In WAL mode only FULL syncs the log at each commit; NORMAL loses what was acknowledged when the power fails.
        connection.Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384");
        return connection;
    }

    public SqliteConnection OpenReader()
    {
        var connection = Open(SqliteOpenMode.ReadWrite);
        connection.Run("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY");
        return connection;
    }

    /// <summary>A consistent copy in a new file: written under another name, synced, then renamed.</summary>
    public void CopyTo(string target)
    {
        var part = target + ".part";
        File.Delete(part);
        try
        {
            using (var connection = OpenReader())
            {
                connection.Run("PRAGMA query_only = OFF");
                connection.Execute("VACUUM INTO @part", new { part });
            }

            using (var handle = File.OpenHandle(part, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.FlushToDisk(handle);
            File.Move(part, target, overwrite: false);
        }
        catch
        {
            File.Delete(part); // a disk that is full stays no fuller than it was
            throw;
        }

        DirectorySync.Flush(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(target))!);
    }

    private PreparingConnection Open(SqliteOpenMode mode)
    {
        SystemSqlite.Load();
        var text = new SqliteConnectionStringBuilder { DataSource = Path, Mode = mode, Pooling = false, ForeignKeys = true, DefaultTimeout = 10 };
        var connection = new PreparingConnection(text.ToString());
        try
        {
            connection.Open();
            connection.Run("PRAGMA busy_timeout = 5000");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
