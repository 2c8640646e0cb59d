using System.Data;
using Dapper;

namespace Cairn.Storage;

/// <summary>Plain SQL inside one transaction. Parameters are <c>@name</c>, taken from the properties of an object.</summary>
/// <remarks>Row types map columns by name, <c>snake_case</c> to <c>PascalCase</c>. Integers are <see cref="long"/> on both databases.</remarks>
public class ReadTransaction
{
    private protected readonly IDbConnection Connection;
    private protected readonly IDbTransaction Transaction;

    internal ReadTransaction(IDbConnection connection, IDbTransaction transaction) => (Connection, Transaction) = (connection, transaction);

    public IReadOnlyList<T> Query<T>(string sql, object? parameters = null) => Connection.Query<T>(sql, parameters, Transaction).AsList();

    /// <summary>The first row, or null (the default) when there is none.</summary>
    public T? First<T>(string sql, object? parameters = null) => Connection.QueryFirstOrDefault<T>(sql, parameters, Transaction);

    public T? Scalar<T>(string sql, object? parameters = null) => Connection.ExecuteScalar<T>(sql, parameters, Transaction);
}
