using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Cairn.Storage.Postgres;

/// <summary>
/// <c>IN @list</c>: Dapper writes the values out for SQLite, but hands PostgreSQL the array as one parameter, which wants <c>= ANY(@list)</c>.
/// </summary>
internal static partial class ListParameters
{
    // Longer statements are put together for as many values as there are: remembering each of them would fill the memory.
    private const int LongestKept = 2000;

    private static readonly ConcurrentDictionary<string, string> Translated = new(StringComparer.Ordinal);

    public static string Translate(string sql) => sql.Length > LongestKept ? Rewrite(sql) : Translated.GetOrAdd(sql, Rewrite);

    private static string Rewrite(string sql) => In().Replace(sql, static predicate =>
        $"{(predicate.Groups["not"].Success ? "<> ALL" : "= ANY")}({predicate.Groups["list"].Value})");

    [GeneratedRegex(@"\b(?<not>NOT\s+)?IN\s+(?<list>@\w+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex In();
}
