using System.Globalization;
using Cairn.Storage;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Search;

/// <summary>Puts checked clauses into SQL for either database; every value is a parameter.</summary>
internal sealed class ClauseSql(ReadTransaction transaction, string workspace)
{
    private static readonly string[] _numbers = [">", ">=", "=", "!=", "<", "<="];
    private static readonly string[] _texts = ["=", "!=", "LIKE", "ILIKE"];
    private static readonly string[] _lists = ["IN", "NOT IN"];

    /// <value>For the statement as a whole; the workspace is one of them.</value>
    public Dictionary<string, object?> Parameters { get; } = new(StringComparer.Ordinal) { ["workspace"] = workspace };

    public string Add(object value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"f{Parameters.Count}");
        Parameters[name] = value;
        return "@" + name;
    }

    /// <summary>A page, and one row more, which tells whether there is another. Numbers are parameters: the text of a search of one kind is always the same.</summary>
    public string Page(int size, int offset)
    {
        (Parameters["rows"], Parameters["skip"]) = (size + 1, offset);
        return "LIMIT @rows OFFSET @skip";
    }

    /// <summary>A comparison of numbers.</summary>
    public string Number(string column, FilterClause clause, string what)
    {
        Check(clause, _numbers);
        return $"{column} {Sign(clause)} {Add(Value(clause, what))}";
    }

    /// <summary>A comparison of a time that is stored in microseconds with one in milliseconds.</summary>
    public string Time(string column, FilterClause clause)
    {
        Check(clause, _numbers);
        var value = Math.Clamp(Value(clause, $"numeric attribute: {clause.Key}"), -9e15, 9e15);
        var (first, whole) = ((long)Math.Floor(value) * 1000, value == Math.Floor(value));
        var (from, to) = (Add(first), Add(first + 1000)); // the millisecond begins and ends
        return clause.Comparator switch
        {
            ">" => $"{column} >= {to}",
            ">=" => $"{column} >= {(whole ? from : to)}",
            "<" => $"{column} < {(whole ? from : to)}",
            "<=" => $"{column} < {to}",
            "=" => whole ? $"({column} >= {from} AND {column} < {to})" : "1 = 0",
            _ => whole ? $"({column} < {from} OR {column} >= {to})" : $"{column} IS NOT NULL",
        };
    }

    /// <summary>A comparison of texts.</summary>
    /// <param name="lists">Whether it may be one of a list.</param>
    public string Text(string column, FilterClause clause, string what, bool lists = false)
    {
        if (clause.Comparator is "IN" or "NOT IN" && (lists || what == "attribute"))
        {
            if (clause.Kind != ValueKind.List) throw clause.Wrong($"While parsing a list in the query, expected a non-empty list of string values, but got {clause.Raw}");
            return In(column, clause.Comparator == "NOT IN", clause.Texts);
        }

        Check(clause, lists ? [.. _texts, .. _lists] : clause.Kind == ValueKind.List ? [.. _texts, .. _lists] : _texts);
        if (clause.Kind == ValueKind.Bare && clause.Raw[0] == '`')
            throw clause.Wrong($"Parameter value is either not quoted or unidentified quote types used for string value {clause.Raw}. Use either single or double quotes.");
        if (clause.Kind != ValueKind.Text) throw clause.Wrong($"Expected a quoted string value for {what} (e.g. 'my-value'). Got value {clause.Raw}");
        var anyCase = clause.Comparator == "ILIKE";
        return clause.Comparator is "LIKE" or "ILIKE" ? transaction.Like(column, Add(transaction.Pattern(clause.Text, anyCase)), anyCase) : $"{column} {Sign(clause)} {Add(clause.Text)}";
    }

    /// <summary>A text that holds a part, in any case.</summary>
    public string Holds(string column, string part) => transaction.Holds(column, Add(ReadTransaction.Part(part)));

    /// <summary>Where in an index on texts those lie that a comparison is true of; null: anywhere.</summary>
    /// <param name="indexed">Of how many characters the index has the beginning.</param>
    public TextRange? Range(string column, FilterClause clause, int indexed)
    {
        if (clause.Kind != ValueKind.Text || clause.Text.Length >= indexed) return null;
        if (clause.Comparator == "=") return new($"{column} = {Add(clause.Text)}", IsAll: true);
        var fixedPart = clause.Text.IndexOfAny(['%', '_']) is >= 0 and var at ? clause.Text[..at] : clause.Text;
        if (clause.Comparator != "LIKE" || Next(fixedPart) is not { } next) return null;
        return new($"{column} >= {Add(fixedPart)} AND {column} < {Add(next)}", IsAll: clause.Text == fixedPart + "%");
    }

    /// <summary><c>IN</c> for whole numbers: a handful are parameters each, many are one.</summary>
    public string Among(string column, IReadOnlyList<long> values)
    {
        if (values.Count == 1) return $"{column} = {Add(values[0])}";
        if (values.Count <= SqlList.ValuesAtOnce) return $"{column} IN ({string.Join(", ", values.Select(value => Add(value)))})";
        return $"{column} {transaction.Among(Add(transaction.Numbers(values))[1..])}";
    }

    /// <summary>The first text after all that begin so; null: it is not easily told.</summary>
    private static string? Next(string beginning)
    {
        if (beginning.Length == 0 || beginning[^1] >= '\ud7ff') return null;
        return beginning[..^1] + (char)(beginning[^1] + 1);
    }

    public string In(string column, bool not, IReadOnlyCollection<string> values)
    {
        if (values.Count == 0) return not ? "1 = 1" : "1 = 0";
        var among = transaction.Among(Add(transaction.Texts(values))[1..]);
        return not ? $"NOT ({column} {among})" : $"{column} {among}";
    }

    public static void Check(FilterClause clause, IReadOnlyCollection<string> allowed)
    {
        if (!allowed.Contains(clause.Comparator, StringComparer.Ordinal))
            throw clause.Wrong($"Invalid comparator '{clause.Comparator}' not one of '{{{string.Join(", ", allowed.Select(comparator => $"'{comparator}'"))}}}'");
    }

    private static string Sign(FilterClause clause) => clause.Comparator == "!=" ? "<>" : clause.Comparator;

    private static double Value(FilterClause clause, string what) =>
        clause.Kind == ValueKind.Number && double.TryParse(clause.Raw, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? Math.Clamp(value, -double.MaxValue, double.MaxValue)
            : throw clause.Wrong($"Expected numeric value type for {what}. Found {clause.Raw}");
}

/// <param name="IsAll">Whether all that lie there are meant; else they are to be looked at.</param>
internal sealed record TextRange(string Sql, bool IsAll);
