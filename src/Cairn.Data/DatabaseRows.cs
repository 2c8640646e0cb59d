using System.Data.Common;
using System.Text.Json;
using Cairn.Client;
using Cairn.Data.Databases;
using Cairn.Data.Engine;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Data;

/// <summary>Which rows: those of a query, or those of a table.</summary>
/// <param name="Table">With its schema before a dot, if need be.</param>
/// <param name="OrderBy">A column that says the order of the rows; null: as the database gives them.</param>
public sealed record RowQuery(string? Query, string? Table, string? OrderBy);

/// <param name="Files">Parquet, absolute paths, in the order of the rows.</param>
public sealed record SpooledRows(IReadOnlyList<string> Files, long Rows);

/// <summary>
/// Reads the rows of an outside database into Parquet files, once, as they stand at one moment. What is done with them afterwards
/// starts again from the files and never from the table, which has other rows by then.
/// </summary>
public sealed class DatabaseRows(Analytics analytics)
{
    /// <summary>About how many rows a file has.</summary>
    public const int FileRows = 1 << 17;

    private const string Done = "rows.json";

    /// <summary>A reading that was broken off starts again; one that is complete is not repeated.</summary>
    /// <param name="folder">For these rows alone.</param>
    public async Task<Answer<SpooledRows>> Spool(OutsideDatabase database, RowQuery query, string folder, Action<long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(progress);
        var record = Path.Combine(folder, Done);
        if (File.Exists(record)) return JsonSerializer.Deserialize<SpooledRows>(await File.ReadAllBytesAsync(record, cancellation), CairnJson.Options)!;
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true); // half a reading: the other half would be of another moment
        Directory.CreateDirectory(folder);
        try
        {
            var spooled = await analytics.Run([], job => Read(job, database, query, folder, progress, cancellation), cancellation, new() { Threads = 1, Folder = folder });
            if (spooled.Refusal is null) DurableFile.Put(record, JsonSerializer.SerializeToUtf8Bytes(spooled.Value, CairnJson.Options));
            return spooled;
        }
        catch (DbException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (DbException e)
        {
            return DatabaseFaults.Refused(database, query.Table is { } table ? $"reading the table {table}" : "the query", e);
        }
    }

    private static Answer<SpooledRows> Read(AnalyticsJob job, OutsideDatabase database, RowQuery query, string folder, Action<long> progress, CancellationToken cancellation)
    {
        using var connection = database.Open(write: false);
        using IRowStream stream = database.IsSqlite ? new SqliteRows(connection, query, cancellation) : new PostgresRows(connection, query, cancellation);
        if (Named(stream.Columns, database) is { } unnamed) return unnamed;
        while (true)
        {
            if (Write(job, stream, folder, progress) is not { } written) continue; // its columns had other values than they said: once more, in the same view of the database
            return written.Rows > 0 ? written : new Refusal.Invalid("data.no-rows", $"{database} gives {stream.Columns.Count} columns and no rows. Rows are needed to score them.");
        }
    }

    private static SpooledRows? Write(AnalyticsJob job, IRowStream stream, string folder, Action<long> progress)
    {
        var (files, rows) = (new List<string>(), 0L);
        IReadOnlyList<AnalyticsColumn> columns = [.. stream.Columns.Select((column, i) => new AnalyticsColumn($"c{i}", column.Type))];
        var select = string.Join(", ", stream.Columns.Select((column, i) => $"{(column.Sql is { } type ? $"TRY_CAST(c{i} AS {type})" : $"c{i}")} AS {Sql.Name(column.Name)}"));
        for (var ended = false; !ended;)
        {
            job.Execute("DROP TABLE IF EXISTS incoming");
            var count = 0;
            using (var table = job.Append("incoming", columns))
            {
                while (count < FileRows)
                {
                    if (stream.Fill(table) is not { } filled) return null;
                    if (filled == 0)
                    {
                        ended = true;
                        break;
                    }

                    table.Add(filled);
                    count += filled;
                    progress(rows + count);
                }

                table.Complete();
            }

            if (count == 0) break;
            var (written, path) = (Path.Combine(job.Folder, "incoming.parquet"), Path.Combine(folder, $"rows-{files.Count:00000}.parquet"));
            job.Execute($"COPY (SELECT {select} FROM incoming) TO {AnalyticsJob.Text(written)} (FORMAT parquet)");
            DurableFile.Put(written, path);
            files.Add(path);
            rows += count;
        }

        return new(files, rows);
    }

    private static Refusal.Invalid? Named(IReadOnlyList<SpoolColumn> columns, OutsideDatabase database)
    {
        var twice = columns.GroupBy(column => column.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? null : new("database.query-failed", $"The query gives {twice.Count()} columns named '{twice.Key}' from {database}. Give each a name of its own with AS.");
    }
}
