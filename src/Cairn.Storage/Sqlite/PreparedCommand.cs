using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Cairn.Storage.Sqlite;

/// <summary>A connection whose commands keep their statements: Dapper makes a command for every call, and to prepare a statement often takes longer than to run it.</summary>
internal sealed class PreparingConnection(string connectionString) : SqliteConnection(connectionString)
{
    private const int Most = 100;

    private readonly Dictionary<string, SqliteCommand> _idle = new(StringComparer.Ordinal);

    /// <summary>One that no other command uses: within a reader the same statement may be asked again.</summary>
    public SqliteCommand Take(string sql)
    {
        if (_idle.Remove(sql, out var known)) return known;
        var command = CreateCommand();
#pragma warning disable CA2100 // what Dapper was given
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    public void GiveBack(SqliteCommand command)
    {
        command.Parameters.Clear();
        if (_idle.Count == Most) Forget(); // texts with a list of parameters differ by its length
        if (!_idle.TryAdd(command.CommandText, command)) command.Dispose();
    }

    protected override DbCommand CreateDbCommand() => new PreparedCommand(this);

    protected override void Dispose(bool disposing)
    {
        if (disposing) Forget();
        base.Dispose(disposing);
    }

    private void Forget()
    {
        foreach (var command in _idle.Values) command.Dispose();
        _idle.Clear();
    }
}

/// <summary>Stands for the command of the connection that has its text prepared.</summary>
internal sealed class PreparedCommand(PreparingConnection connection) : DbCommand
{
    private SqliteCommand? _command;
    private bool _failed;

    [AllowNull]
    public override string CommandText
    {
        get => _command?.CommandText ?? "";
        set
        {
            var before = _command;
            _command = connection.Take(value ?? "");
            if (before is null) return;
            // Dapper writes a list of values into the text when it has added them.
            foreach (SqliteParameter parameter in before.Parameters) _command.Parameters.Add(parameter);
            connection.GiveBack(before);
        }
    }

    public override int CommandTimeout { get; set; } = 30;
    public override CommandType CommandType { get; set; } = CommandType.Text;
    public override bool DesignTimeVisible { get; set; }
    public override UpdateRowSource UpdatedRowSource { get; set; }
    protected override DbConnection? DbConnection { get => connection; set => throw new NotSupportedException(); }
    protected override DbParameterCollection DbParameterCollection => Command.Parameters;
    protected override DbTransaction? DbTransaction { get; set; }

    private SqliteCommand Command => _command ?? throw new InvalidOperationException("The text of a command is set first.");

    public override void Cancel() => Command.Cancel();
    public override int ExecuteNonQuery() => Run(static command => command.ExecuteNonQuery());
    public override object? ExecuteScalar() => Run(static command => command.ExecuteScalar());
    public override void Prepare() => Command.Prepare();
    protected override DbParameter CreateDbParameter() => new SqliteParameter();
    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Run(command => command.ExecuteReader(behavior));

    protected override void Dispose(bool disposing)
    {
        if (disposing && _command is { } command)
        {
            _command = null;
            if (_failed) command.Dispose();
            else connection.GiveBack(command);
        }

        base.Dispose(disposing);
    }

    // A statement that failed at its first row is not reset, and would take no parameters again.
    private T Run<T>(Func<SqliteCommand, T> run)
    {
        _failed = true;
        var result = run(Command);
        _failed = false;
        return result;
    }
}
