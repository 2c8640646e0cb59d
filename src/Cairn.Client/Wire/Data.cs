namespace Cairn.Client.Wire;

public sealed record ColumnWire(
    string Name, string Type, bool Nullable, double? Min = null, double? Max = null, IReadOnlyList<string>? Categories = null, bool Pii = false);

/// <param name="Version">Counts up for each dataset, from 1.</param>
/// <param name="Digest">SHA-256 over the logical content: the identity.</param>
public sealed record DatasetVersionWire(
    string Dataset, long Version, string Digest, long Rows, long Bytes, long CreatedAt, string Source, string? Key, string? Target, IReadOnlyList<ColumnWire> Columns);

public sealed record DatasetWire(string Name, long LatestVersion, string LatestDigest, long Rows, long Versions, long UpdatedAt);

/// <param name="Found">What the column held, summed up.</param>
/// <param name="Examples">Row number (1 = first data row) and the value there.</param>
public sealed record ViolationWire(string Column, string Rule, long Rows, string Found, string Expected, IReadOnlyList<ExampleWire> Examples);

public sealed record ExampleWire(long Row, string? Value);

public sealed record ValidationReportWire(bool Valid, long Rows, int Rules, IReadOnlyList<ViolationWire> Violations);

/// <summary>Two versions of a dataset, side by side.</summary>
public sealed record DatasetComparisonWire(DatasetVersionWire Left, DatasetVersionWire Right, IReadOnlyList<ColumnChangeWire> Changes);

public sealed record ColumnChangeWire(string Column, string Change, string Left, string Right);
