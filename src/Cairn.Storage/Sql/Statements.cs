using System.Data;

namespace Cairn.Storage.Sql;

internal static class Statements
{
    /// <summary>Runs a statement as it is. Dapper takes one of a single word, such as COMMIT, for a stored procedure.</summary>
    public static void Run(this IDbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // all callers pass constants or migrations
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
