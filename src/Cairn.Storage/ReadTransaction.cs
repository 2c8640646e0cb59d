using System.Data;
using Dapper;

namespace Cairn.Storage;

/// <summary>Plain SQL inside one transaction. Parameters are <c>@name</c>, taken from the properties of an object.</summary>
/// <remarks>
/// Row types are records whose parameters are named as the columns, in the order of the columns (<c>snake_case</c> to
/// <c>PascalCase</c>), or classes with settable properties in any order. Integers are <see cref="long"/> on both databases; a
/// <see cref="bool"/> is a BIGINT of 0 or 1; <c>Digest</c> and <c>WorkspaceId</c> are text. <c>IN @list</c> takes an array or a list.
/// </remarks>
public class ReadTransaction
{
    private readonly Func<string, string>? _translate;
    private IDbConnection? _connection;

    internal ReadTransaction(IDbConnection connection, Func<string, string>? translate = null) => (_connection, _translate) = (connection, translate);

    private protected IDbConnection Connection =>
        _connection ?? throw new InvalidOperationException("The transaction is over: SQL belongs inside the work that was given to the database.");

    public IReadOnlyList<T> Query<T>(string sql, object? parameters = null) => Connection.Query<T>(Translate(sql), parameters).AsList();

    /// <summary>The first row, or null (the default) when there is none.</summary>
    public T? First<T>(string sql, object? parameters = null) => Connection.QueryFirstOrDefault<T>(Translate(sql), parameters);

    public T? Scalar<T>(string sql, object? parameters = null) => Connection.ExecuteScalar<T>(Translate(sql), parameters);

    private protected string Translate(string sql) => _translate is null ? sql : _translate(sql);

    internal void End() => _connection = null;
}
