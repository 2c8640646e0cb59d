namespace Cairn.Data.Databases;

/// <param name="Type">As it is read.</param>
/// <param name="Sql">The type of DuckDB it is stored as; null: that of <paramref name="Type"/>.</param>
internal sealed record SpoolColumn(string Name, AnalyticsType Type, string? Sql = null);

/// <summary>The rows of a query, forwards, as they stood when it was asked.</summary>
internal interface IRowStream : IDisposable
{
    IReadOnlyList<SpoolColumn> Columns { get; }

    /// <summary>Sets the next rows, as many as a chunk takes. 0 at the end; null: the columns are others than was thought, and it begins again.</summary>
    int? Fill(AnalyticsCells cells);
}
