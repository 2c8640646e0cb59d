using System.Data;
using System.Data.Common;
using Cairn.Kernel;
using Cairn.Storage.Sql;
using Dapper;

namespace Cairn.Storage.Migrating;

/// <summary>Brings a home to the tables this build knows: forward only, each file in a transaction of its own.</summary>
/// <remarks>
/// Every file that was not applied yet is applied, in order, also one that is older than the newest applied: modules own their files
/// and land in any order. A file that was applied and is unknown now, or reads differently, is refused before anything is touched.
/// </remarks>
internal sealed class Migrator(IReadOnlyList<Migration> known, Dialect dialect, TimeProvider clock)
{
    private const string History = "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, name {text} NOT NULL, checksum {text} NOT NULL, applied_at BIGINT NOT NULL)";

    /// <param name="backup">Called before the first change to a home that was migrated before; returns where the copy is.</param>
    /// <returns>The files applied now.</returns>
    public IReadOnlyList<Migration> Run(DbConnection connection, Func<string>? backup)
    {
        connection.Run(dialect.Translate(History));
        var applied = connection.Query<Applied>("SELECT number, name, checksum FROM schema_migrations ORDER BY number").AsList();
        foreach (var one in applied) Check(one);

        var pending = known.ExceptBy(applied.Select(a => a.Number), migration => migration.Number).OrderBy(migration => migration.Number).ToList();
        if (pending.Count == 0) return [];

        var copy = applied.Count > 0 ? backup?.Invoke() : null;
        foreach (var migration in pending) Apply(connection, migration, copy);
        return pending;
    }

    private void Check(Applied applied)
    {
        var file = $"{applied.Number:0000}_{applied.Name}.sql";
        if (known.FirstOrDefault(migration => migration.Number == applied.Number) is not { } migration)
        {
            throw new StorageException(StorageFault.HomeTooNew,
                $"This home was migrated by a newer Cairn: it holds {file}, this one knows up to {known[^1].FileName}. Use the newer Cairn, or restore a backup made before it (home/backups).");
        }

        if (migration.Name != applied.Name || migration.Checksum != applied.Checksum)
        {
            throw new StorageException(StorageFault.MigrationAltered,
                $"This home holds the migration {file} with checksum {applied.Checksum[..8]}, this build has {migration.FileName} with {migration.Checksum[..8]}. Use the Cairn that made the home, or another home.");
        }
    }

    private void Apply(DbConnection connection, Migration migration, string? backup)
    {
        connection.Run(dialect.Begin);
        try
        {
            connection.Run(dialect.Translate(migration.Sql));
            connection.Execute("INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (@Number, @Name, @Checksum, @at)",
                new { migration.Number, migration.Name, migration.Checksum, at = clock.Micros() });
            connection.Run("COMMIT");
        }
        catch (Exception e) when (e is DbException or FormatException)
        {
            if (connection.State == ConnectionState.Open) connection.Run("ROLLBACK");
            var copy = backup is null ? "" : $" A copy from before is {backup}.";
            throw new StorageException(StorageFault.MigrationFailed, $"The migration {migration.FileName} failed and changed nothing: {e.Message}{copy}", e);
        }
    }

    private sealed record Applied(long Number, string Name, string Checksum);
}
