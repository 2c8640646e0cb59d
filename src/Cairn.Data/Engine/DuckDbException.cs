namespace Cairn.Data.Engine;

/// <summary>DuckDB declined a statement. Whether that is the user's file or our bug is for the caller to say.</summary>
/// <param name="type">duckdb_error_type of the C API.</param>
internal sealed class DuckDbException(string message, int type, string sql) : Exception(message)
{
    private const int OutOfMemory = 33;
    private const int InputOutput = 28;

    public string Sql { get; } = sql;

    /// <value>The first line: what follows in DuckDB's messages are settings of its own.</value>
    public string Summary => Message.Split('\n', 2)[0].Trim();

    /// <value>The machine failed (memory, disk), not the statement.</value>
    public bool Resources => type is OutOfMemory or InputOutput;
}
