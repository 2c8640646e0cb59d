using System.Text;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Components.Tables;

/// <summary>What the address of a list says: filters, order, columns and page. It makes the addresses of its neighbours.</summary>
public sealed class Listing
{
    private const string SortName = "sort", PageName = "page_token", EarlierName = "earlier", ColumnName = "column", FormatName = "format", PartName = "part";

    /// <summary>Rows that are unfolded: what is below them is shown too.</summary>
    public const string ExpandName = "expand";

    /// <summary>Stands for the first page, which has no token, among the earlier ones.</summary>
    private const string First = "first";

    /// <summary>Characters of the tokens of earlier pages: an address has to stay below what servers accept.</summary>
    private const int LongestTrail = 3_000;

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
    public IEnumerable<(string Name, string Value)> Filters => FromTheFirst.Where(pair => pair.Name is not (SortName or ColumnName or ExpandName));

    /// <summary>The same list with another value, from its first page on; null leaves it out.</summary>
    public string With(string name, string? value) => Address(
        FromTheFirst.Where(pair => pair.Name != name).Concat(value is null ? [] : [(name, value)]));

    /// <summary>Sorted by a column: descending first, then ascending.</summary>
    public string SortedBy(string key) => With(SortName, Sort == "-" + key ? key : "-" + key);

    /// <summary>Whether a row is unfolded.</summary>
    public bool IsExpanded(string id) => _values.Contains((ExpandName, id));

    /// <summary>This page with a row unfolded, or folded again.</summary>
    public string Turned(string id) => Address(IsExpanded(id) ? _values.Where(pair => pair != (ExpandName, id)) : _values.Append((ExpandName, id)));

    /// <summary>aria-sort of a column.</summary>
    public string? OrderOf(string key) => Sort == key ? "ascending" : Sort == "-" + key ? "descending" : null;

    /// <value>This page of it.</value>
    public string Here => Address(_values);

    public string FirstPage => Address(FromTheFirst);

    /// <summary>The page after this one. Tokens lead forward only, so its address remembers those of the pages before it.</summary>
    public string NextPage(string token)
    {
        List<string> trail = [.. Trail, PageToken ?? First];
        while (trail.Sum(earlier => earlier.Length) > LongestTrail) trail.RemoveAt(0);
        return Address(FromTheFirst.Concat(trail.Select(earlier => (EarlierName, earlier))).Append((PageName, token)));
    }

    /// <value>The page that led here; null: this is the first, or its address was not reached from another page.</value>
    public string? PreviousPage => PageToken is null || Trail is not [.. var trail, var before] ? null
        : before == First ? FirstPage
        : Address(FromTheFirst.Concat(trail.Select(earlier => (EarlierName, earlier))).Append((PageName, before)));

    public string Csv => Address(FromTheFirst.Append((FormatName, "csv")));

    /// <value>Without any filter.</value>
    public string Unfiltered => Address(_values.Where(pair => pair.Name is SortName or ColumnName));

    /// <summary>What a GET form has to carry along as hidden fields, so that it changes only its own.</summary>
    public IEnumerable<(string Name, string Value)> Besides(params IReadOnlyList<string> own) => FromTheFirst.Where(pair => !own.Contains(pair.Name, StringComparer.Ordinal));

    private IEnumerable<(string Name, string Value)> FromTheFirst => _values.Where(pair => pair.Name is not (PageName or EarlierName));

    private List<string> Trail => [.. _values.Where(pair => pair.Name == EarlierName).Select(pair => pair.Value)];

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
