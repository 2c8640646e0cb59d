using System.Data;
using Dapper;

namespace Cairn.Storage;

public abstract class WriteTransaction : ReadTransaction
{
    private protected WriteTransaction(IDbConnection connection, Func<string, string>? translate = null) : base(connection, translate) { }

    /// <value>Whether something may have changed that no count of rows shows.</value>
    internal bool HasExecuted { get; private set; }

    /// <summary>Runs a statement; given a list of parameter objects, once for each. Returns the number of rows changed.</summary>
    public int Execute(string sql, object? parameters = null)
    {
        HasExecuted = true;
        return Connection.Execute(Translate(sql), parameters);
    }

    /// <summary>Waits until nobody else who took this turn is in a transaction: numbers drawn from here on ascend in the order of the commits.</summary>
    /// <remarks>On SQLite there is one writer, and it is always its turn.</remarks>
    public abstract void TakeTurn(string name);

    /// <summary>
    /// Inserts many rows of one table, in order, as quickly as the database takes them: one prepared statement on SQLite, one round trip on PostgreSQL.
    /// </summary>
    /// <param name="columns">Arrays of the same length: <c>string</c>, <c>long</c>, <c>long?</c> or <c>double</c>; a null is a NULL.</param>
    public void Insert(string table, params ReadOnlySpan<(string Name, Array Values)> columns) => InsertOr(table, "", columns);

    /// <summary>As <see cref="Insert"/>, for rows of which some may be there already.</summary>
    /// <param name="conflict"><c>ON CONFLICT …</c>. With <c>DO UPDATE</c> no two of the rows may be in conflict with each other.</param>
    public abstract void InsertOr(string table, string conflict, params ReadOnlySpan<(string Name, Array Values)> columns);

    /// <summary>Writes an event in the transaction of the change it tells of. Returns its id, to name as the cause of what follows.</summary>
    public abstract long Emit(NewEvent happened);
}
