using Cairn.Data.Engine;
using Cairn.Data.Sources;

namespace Cairn.Data.Contracts;

/// <summary>
/// A source read by a contract, as a table expression: for the n-th column of the contract <c>t{n}</c> (its text), <c>v{n}</c>
/// (its value, null when missing or wrong) and <c>w{n}</c> (wrong). Columns the source lacks are null throughout.
/// </summary>
internal sealed class TypedScan
{
    private readonly Source _source;

    public TypedScan(Source source, IReadOnlyList<ColumnContract> columns, IReadOnlyDictionary<string, DateOrder>? dates = null)
    {
        (_source, Columns) = (source, columns);
        Readings = [.. columns.Select(c => source.Find(c.Name) is { } found
            ? new Reading(found.Sql, found.Type, c.Type, dates?.GetValueOrDefault(c.Name) ?? DateOrder.Unknown)
            : new Reading("NULL::VARCHAR", SourceType.Text, c.Type))];
    }

    public IReadOnlyList<ColumnContract> Columns { get; }

    public IReadOnlyList<Reading> Readings { get; }

    /// <value>Behind FROM.</value>
    public string From => Layers(numbered: false);

    /// <value>As <see cref="From"/>, with the row's number in the column <c>row</c>; 1 is the first.</value>
    public string FromNumbered => Layers(numbered: true);

    /// <summary>The columns as doubles and texts, in order: what frames and digests are made of.</summary>
    public string Canonical() => $"SELECT {string.Join(", ", Columns.Select((c, i) => Plain(c.Type, $"v{i}")))} FROM {From}";

    /// <summary>The columns with the types and names they are stored with.</summary>
    public string Stored() => $"SELECT {string.Join(", ", Columns.Select((c, i) => $"{StoredAs(c.Type, $"v{i}")} AS {Sql.Name(c.Name)}"))} FROM {From}";

    /// <summary>Stored columns as doubles and texts again.</summary>
    public static string CanonicalOfStored(IReadOnlyList<ColumnContract> columns, string from) =>
        $"SELECT {string.Join(", ", columns.Select(c => Plain(c.Type, c.Type == ColumnType.Timestamp ? $"epoch_us({Sql.Name(c.Name)})" : Sql.Name(c.Name))))} FROM {from}";

    private static string Plain(ColumnType type, string value) => type is ColumnType.Category or ColumnType.Text ? $"{value}::VARCHAR" : $"{value}::DOUBLE";

    private static string StoredAs(ColumnType type, string value) => type switch
    {
        ColumnType.Integer => $"{value}::BIGINT",
        ColumnType.Timestamp => $"make_timestamp({value}::BIGINT)",
        _ => value,
    };

    private string Layers(bool numbered)
    {
        var row = numbered ? "row, " : "";
        var all = Enumerable.Range(0, Columns.Count).ToList();
        var raw = string.Join(", ", all.Select(i => $"{Readings[i].Raw} AS r{i}"));
        var parsed = string.Join(", ", all.Select(i => $"r{i}, {Readings[i].Parsed($"r{i}")} AS p{i}"));
        var values = string.Join(", ", all.Select(i => $"r{i}::VARCHAR AS t{i}, {Readings[i].Value($"p{i}")} AS v{i}, {Readings[i].Wrong($"r{i}", $"p{i}")} AS w{i}"));
        return $"(SELECT {row}{values} FROM (SELECT {row}{parsed} FROM (SELECT {(numbered ? "row_number() OVER () AS row, " : "")}{raw} FROM {_source.From})))";
    }
}
