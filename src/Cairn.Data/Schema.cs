namespace Cairn.Data;

public enum ColumnType
{
    /// <summary>A double; missing is NaN.</summary>
    Number,

    /// <summary>A whole number that a double holds exactly.</summary>
    Integer,
    Boolean,

    /// <summary>One of a known set of texts.</summary>
    Category,

    /// <summary>Free text and identifiers: carried, never a feature.</summary>
    Text,

    /// <summary>Microseconds UTC.</summary>
    Timestamp,
}

/// <summary>What a column must hold.</summary>
/// <param name="AtPrediction">False: the column is not known when a prediction is asked for, so it is never a feature.</param>
public sealed record ColumnContract(
    string Name, ColumnType Type, bool Nullable = false, double? Min = null, double? Max = null, IReadOnlyList<string>? Categories = null, bool Pii = false, bool AtPrediction = true);

/// <param name="Positive">The value that counts as 1, as it stands in the data.</param>
public sealed record TargetContract(string Column, string Positive);

/// <summary>The contract of a dataset: checked on every snapshot, carried by every model.</summary>
/// <param name="Key">The column that names a row (unique, not null); null when there is none.</param>
public sealed record Schema(IReadOnlyList<ColumnContract> Columns, string? Key = null, TargetContract? Target = null)
{
    public ColumnContract? Find(string name) => Columns.FirstOrDefault(c => c.Name == name);
}
