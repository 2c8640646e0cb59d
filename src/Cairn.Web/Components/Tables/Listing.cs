using System.Text;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Components.Tables;

/// <summary>What the address of a list says: filters, order, columns and page. It makes the addresses of its neighbours.</summary>
public sealed class Listing
{
    private const string SortName = "sort", PageName = "page_token", ColumnName = "column", FormatName = "format", PartName = "part";

    private readonly IReadOnlyList<(string Name, string Value)> _values;

    private Listing(string path, IReadOnlyList<(string Name, string Value)> values) => (Path, _values) = (path, values);

    public static Listing Of(HttpRequest request) => new(
        request.Path, [.. request.Query.SelectMany(pair => pair.Value, (pair, value) => (pair.Key, value ?? "")).Where(pair => pair.Item2.Length > 0 && pair.Key is not (FormatName or PartName))]);

    public string Path { get; }

    /// <value>The key of a column; with a minus before it: descending. Null: as the list is by itself.</value>
    public string? Sort => Value(SortName);

    public string? PageToken => Value(PageName);

    /// <value>The columns that were chosen; none: those that are shown by themselves.</value>
    public IReadOnlyList<string> Columns => [.. _values.Where(pair => pair.Name == ColumnName).Select(pair => pair.Value)];

    public string? Value(string name) => _values.FirstOrDefault(pair => pair.Name == name).Value;

    /// <value>What is neither order, columns nor page.</value>
    public IEnumerable<(string Name, string Value)> Filters => _values.Where(pair => pair.Name is not (SortName or PageName or ColumnName));

    /// <summary>The same list with another value, from its first page on; null leaves it out.</summary>
    public string With(string name, string? value) => Address(
        _values.Where(pair => pair.Name != name && pair.Name != PageName).Concat(value is null ? [] : [(name, value)]));

    /// <summary>Sorted by a column: descending first, then ascending.</summary>
    public string SortedBy(string key) => With(SortName, Sort == "-" + key ? key : "-" + key);

    /// <summary>aria-sort of a column.</summary>
    public string? OrderOf(string key) => Sort == key ? "ascending" : Sort == "-" + key ? "descending" : null;

    public string Page(string? token) => token is null ? With(PageName, null) : Address(_values.Where(pair => pair.Name != PageName).Append((PageName, token)));

    public string Csv => Address(_values.Where(pair => pair.Name != PageName).Append((FormatName, "csv")));

    /// <value>Without any filter.</value>
    public string Unfiltered => Address(_values.Where(pair => pair.Name is SortName or ColumnName));

    /// <summary>What a GET form has to carry along as hidden fields, so that it changes only its own.</summary>
    public IEnumerable<(string Name, string Value)> Besides(params IReadOnlyList<string> own) => _values.Where(pair => pair.Name != PageName && !own.Contains(pair.Name, StringComparer.Ordinal));

    private string Address(IEnumerable<(string Name, string Value)> values)
    {
        var address = new StringBuilder(Path);
        var mark = '?';
        foreach (var (name, value) in values)
        {
            address.Append(mark).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            mark = '&';
        }

        return address.ToString();
    }
}
