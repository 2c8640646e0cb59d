using System.Data;
using System.Text.Json;
using Cairn.Storage.Sql;
using Cairn.Storage.Sqlite;
using Dapper;
using Microsoft.Data.Sqlite;

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

    /// <summary>Each row while it is read; none of them is kept. For answers of a hundred thousand rows.</summary>
    public void Each(string sql, object? parameters, Action<Row> row)
    {
        ArgumentNullException.ThrowIfNull(row);
        using var reader = Connection.ExecuteReader(Translate(sql), parameters);
        if (reader is IWrappedDataReader { Reader: SqliteDataReader rows })
        {
            SqliteRow.Each(rows, row);
            return;
        }

        var current = new ReaderRow(reader);
        while (reader.Read()) row(current);
    }

    public T? Scalar<T>(string sql, object? parameters = null) => Connection.ExecuteScalar<T>(Translate(sql), parameters);

    /// <summary>
    /// <c>IN</c> for hundreds of texts, as one parameter: <c>WHERE id {transaction.Among("ids")}</c> with <c>new { ids = transaction.Texts(values) }</c>.
    /// <c>IN @list</c> gives SQLite a parameter for each, and its cost grows with the square of their number.
    /// </summary>
    public string Among(string parameter) => _translate is null ? $"IN (SELECT value FROM json_each(@{parameter}))" : $"= ANY(@{parameter})";

    /// <summary>The texts as a table <c>given</c> with the column <c>value</c>: joined first, they are what a statement begins with, which IN leaves to the planner.</summary>
    public string Given(string parameter) => _translate is null ? $"json_each(@{parameter}) given" : $"unnest(@{parameter}) AS given (value)";

    /// <summary>
    /// After a table in FROM, the rows of another that belong to each of its rows: looked up by that alone, before anything else is asked of them.
    /// PostgreSQL goes by the index of another condition when it takes that for rare, for each row anew; SQLite changes the order of the tables.
    /// </summary>
    public string LookedUp(string table, string name, string where) => _translate is null
        ? $"CROSS JOIN {table} {name} ON {where}"
        : $"CROSS JOIN LATERAL (SELECT * FROM {table} {name} WHERE {where} OFFSET 0) {name}";

    /// <summary>The values for <see cref="Among"/> and <see cref="Given"/>.</summary>
    public object Texts(IReadOnlyCollection<string> values) => _translate is null ? JsonSerializer.Serialize(values) : values.ToArray();

    /// <summary>Whole numbers for <see cref="Among"/>.</summary>
    public object Numbers(IReadOnlyCollection<long> values) => _translate is null ? JsonSerializer.Serialize(values) : values.ToArray();

    /// <summary>A text like a pattern of <c>%</c> and <c>_</c>, without an escape: <c>WHERE {transaction.Like("name", "@pattern", anyCase)}</c>.</summary>
    /// <remarks>Any case is that of ASCII letters. SQLite's own LIKE knows no case, so there a pattern that does is a GLOB.</remarks>
    public string Like(string text, string parameter, bool anyCase) =>
        _translate is not null ? $"{text} {(anyCase ? "ILIKE" : "LIKE")} {parameter} ESCAPE ''" : anyCase ? $"{text} LIKE {parameter}" : $"{text} GLOB {parameter}";

    /// <summary>The pattern for <see cref="Like"/>.</summary>
    public string Pattern(string pattern, bool anyCase)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return _translate is not null || anyCase
            ? pattern
            : string.Concat(pattern.Select(c => c switch { '%' => "*", '_' => "?", '*' or '?' or '[' => $"[{c}]", _ => c.ToString() }));
    }

    /// <summary>Texts that hold a part, in any case (of ASCII letters, all that either database folds): <c>WHERE {transaction.Holds("name", "@part")}</c>.</summary>
    public string Holds(string text, string parameter) => $"{(_translate is null ? text : $"LOWER({text})")} LIKE {parameter} ESCAPE '!'";

    /// <summary>The part for <see cref="Holds"/>.</summary>
    public static string Part(string part)
    {
        ArgumentNullException.ThrowIfNull(part);
        var folded = string.Concat(part.Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : c));
        return $"%{folded.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal)}%";
    }

    private protected string Translate(string sql) => _translate is null ? sql : _translate(sql);

    internal void End() => _connection = null;
}
