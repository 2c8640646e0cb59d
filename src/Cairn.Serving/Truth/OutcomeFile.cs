using Cairn.Data;
using Cairn.Kernel;

namespace Cairn.Serving.Truth;

/// <summary>Which columns of a file say what.</summary>
/// <param name="PredictionId">Null: <paramref name="Entity"/> and <paramref name="Time"/> are there.</param>
/// <param name="Correction">True: every row is one.</param>
internal sealed record OutcomeColumns(string Deployment, string? PredictionId, string? Entity, string Value, string? Time, bool Correction, TimeZoneInfo Zone)
{
    private string?[] Names => [PredictionId ?? Entity, Value, Time];

    public IReadOnlyList<ColumnContract> Contracts => [.. Names.OfType<string>().Distinct(StringComparer.Ordinal).Select(name => new ColumnContract(name, ColumnType.Text))];

    /// <summary>Where in the rows of <see cref="Contracts"/> each of the three stands; -1: nowhere.</summary>
    public int[] Places => [.. Names.Select(name => name is null ? -1 : Contracts.ToList().FindIndex(column => column.Name == name))];
}

/// <summary>A CSV or Parquet file of outcomes, read in the order of its rows, a stretch at a time.</summary>
internal sealed class OutcomeFile(AnalyticsJob job, RowSource source, OutcomeColumns columns)
{
    private readonly int[] _places = columns.Places;

    public IEnumerable<List<Answer<NewOutcome>>> Pieces(long now)
    {
        var reader = new RowReader(job, source, columns.Contracts, []);
        foreach (var stretch in source.Stretches)
        {
            reader.Begin(stretch);
            var piece = new List<Answer<NewOutcome>>((int)stretch.Rows);
            using var rows = job.Query(reader.Query);
            while (rows.Next())
            {
                for (var i = 0; i < rows.Count; i++) piece.Add(Row(rows, i, now));
            }

            yield return piece;
        }
    }

    private Answer<NewOutcome> Row(AnalyticsRows rows, int row, long now)
    {
        var subject = Text(rows, _places[0], row) ?? "";
        return NewOutcome.Read(
            new()
            {
                PredictionId = columns.PredictionId is null ? null : subject,
                Entity = columns.PredictionId is null ? subject : null,
                Deployment = columns.Deployment,
                Value = Text(rows, _places[1], row),
                ObservedAt = _places[2] < 0 ? null : Text(rows, _places[2], row),
                Correction = columns.Correction,
            },
            columns.Zone, now);
    }

    private static string? Text(AnalyticsRows rows, int column, int row) => rows.IsNull(column, row) ? null : rows.Texts(column).Text(row);
}
