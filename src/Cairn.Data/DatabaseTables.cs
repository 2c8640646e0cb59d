using System.Data.Common;
using Cairn.Data.Databases;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Data;

/// <summary>Rows for a table.</summary>
/// <param name="Table">With its schema before a dot, if need be. Made when it is not there.</param>
/// <param name="Id">Of the whole of the rows: stands in each of them as <c>batch_id</c>, and in the ledger with each part.</param>
/// <param name="Columns">Without <c>batch_id</c>; types as DuckDB names them.</param>
/// <param name="Rejected">Columns of what is put aside into the table <c>TABLE_rejects</c>.</param>
/// <param name="Replace">What stands in the table is removed with the first part.</param>
public sealed record TableOrder(string Table, string Id, IReadOnlyList<RowColumn> Columns, IReadOnlyList<RowColumn> Rejected, bool Replace);

/// <param name="File">Parquet, with the columns of the order.</param>
/// <param name="Rejects">CSV without a header, with its columns for rejected rows; null: there are none.</param>
public sealed record TablePart(string File, long Rows, string? Rejects);

/// <summary>
/// Writes parts into a table of an outside database, each once, however often it is tried: a part and its line in the ledger, the table
/// <c>cairn_batches</c> beside it, are one transaction.
/// </summary>
public sealed class DatabaseTables(Analytics analytics)
{
    /// <summary>Tries what writing will do, and undoes it.</summary>
    public static Task<Answer<Done>> Check(OutsideDatabase database, TableOrder order, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(order);
        return Guarded<Done>(database, order, () => Task.Run<Answer<Done>>(
            () =>
            {
                using var writer = Open(database, order, cancellation);
                return writer.Check() is { } refusal ? refusal : default(Done);
            },
            cancellation), cancellation);
    }

    /// <param name="progress">Rows that are in the table.</param>
    /// <returns>How many parts were there already.</returns>
    public Task<Answer<int>> Write(OutsideDatabase database, TableOrder order, IReadOnlyList<TablePart> parts, Action<long> progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(progress);
        IReadOnlyList<string> files = [.. parts.Select(part => part.File), .. parts.Select(part => part.Rejects).OfType<string>()];
        return Guarded(database, order, () => analytics.Run(
            files,
            job =>
            {
                using var writer = Open(database, order, cancellation);
                if (writer.Begin() is { } refusal) return (Answer<int>)refusal;
                var (there, rows, rejects) = (0, 0L, parts.Count);
                for (var part = 0; part < parts.Count; part++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var aside = parts[part].Rejects is null ? null : job.File(rejects++);
                    if (!writer.Write(job, part, parts[part].Rows, job.File(part), aside)) there++;
                    progress(rows += parts[part].Rows);
                }

                return there;
            },
            cancellation,
            new() { Threads = 1 }), cancellation);
    }

    private static TableWriter Open(OutsideDatabase database, TableOrder order, CancellationToken cancellation)
    {
        var connection = database.Open(write: true);
        return database.IsSqlite ? new SqliteTable(connection, database, order, cancellation) : new PostgresTable(connection, database, order, cancellation);
    }

    private static async Task<Answer<T>> Guarded<T>(OutsideDatabase database, TableOrder order, Func<Task<Answer<T>>> work, CancellationToken cancellation)
    {
        try
        {
            return await work();
        }
        catch (DbException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (DbException e)
        {
            return DatabaseFaults.Refused(database, $"writing the table {order.Table}", e);
        }
    }
}
