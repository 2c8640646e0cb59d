using System.Globalization;
using System.Text;
using Cairn.Storage;

namespace Cairn.Tracking.Sql;

/// <summary>Statements over many values that both databases understand: lists in IN, and inserts of many rows at once.</summary>
internal static class SqlList
{
    // SQLite looks every parameter up by its name among all of its statement: the cost grows with the square of their number. A thousand
    // metrics held the writer for 220 ms in statements of 100 rows and for 20 ms in those of 10.
    private const int RowsAtOnce = 10;

    /// <summary>How many values to look for at once inside a write, for the same reason.</summary>
    public const int ValuesAtOnce = 50;

    /// <summary>Adds each value as a parameter and returns <c>(@run0, @run1)</c>. Never called with nothing to look for.</summary>
    public static string In<T>(Dictionary<string, object?> parameters, string name, IReadOnlyCollection<T> values)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Count, nameof(values));
        var names = new List<string>(values.Count);
        foreach (var value in values)
        {
            var parameter = name + names.Count.ToString(CultureInfo.InvariantCulture);
            parameters[parameter] = value;
            names.Add("@" + parameter);
        }

        return $"({string.Join(", ", names)})";
    }

    /// <summary>A round trip for each ten rows instead of each row: a batch of a thousand metrics stays a short transaction.</summary>
    /// <param name="head"><c>INSERT INTO t (a, b) VALUES</c></param>
    /// <param name="tail"><c>ON CONFLICT …</c></param>
    public static void Insert(WriteTransaction transaction, string head, string tail, IReadOnlyList<object[]> rows)
    {
        foreach (var chunk in rows.Chunk(RowsAtOnce))
        {
            var parameters = new Dictionary<string, object?>(StringComparer.Ordinal);
            var sql = new StringBuilder(head);
            for (var row = 0; row < chunk.Length; row++)
            {
                sql.Append(row == 0 ? " (" : ", (");
                for (var column = 0; column < chunk[row].Length; column++)
                {
                    var name = $"r{row}c{column}";
                    parameters[name] = chunk[row][column];
                    sql.Append(column == 0 ? "@" : ", @").Append(name);
                }

                sql.Append(')');
            }

            transaction.Execute(sql.Append(' ').Append(tail).ToString(), parameters);
        }
    }
}
