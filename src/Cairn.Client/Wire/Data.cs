namespace Cairn.Client.Wire;

public sealed record ColumnWire(
    string Name, string Type, bool Nullable, double? Min = null, double? Max = null, IReadOnlyList<string>? Categories = null, bool Pii = false);

/// <param name="Version">Counts up for each dataset, from 1.</param>
/// <param name="Digest">SHA-256 over the logical content: the identity.</param>
public sealed record DatasetVersionWire(
    string Dataset, long Version, string Digest, long Rows, long Bytes, long CreatedAt, string Source, string? Key, string? Target, IReadOnlyList<ColumnWire> Columns);

/// <param name="Row">Its number in the version; the first is 1.</param>
/// <param name="Values">In the order of the version's columns, as texts; null: missing, or personal data.</param>
public sealed record DatasetRowWire(long Row, IReadOnlyList<string?> Values);

public sealed record DatasetWire(string Name, long LatestVersion, string LatestDigest, long Rows, long Versions, long UpdatedAt);

/// <param name="Found">What the column held, summed up.</param>
/// <param name="Examples">Row number (1 = first data row) and the value there.</param>
public sealed record ViolationWire(string Column, string Rule, long Rows, string Found, string Expected, IReadOnlyList<ExampleWire> Examples);

public sealed record ExampleWire(long Row, string? Value);

public sealed record ValidationReportWire(bool Valid, long Rows, int Rules, IReadOnlyList<ViolationWire> Violations);

/// <summary>Two versions of a dataset, side by side.</summary>
public sealed record DatasetComparisonWire(DatasetVersionWire Left, DatasetVersionWire Right, IReadOnlyList<ColumnChangeWire> Changes);

public sealed record ColumnChangeWire(string Column, string Change, string Left, string Right);

/// <summary>What the columns of a version hold.</summary>
/// <param name="Target">Null: the contract names none, and nothing is said of positives.</param>
/// <param name="Positives">Rows of the positive class.</param>
/// <param name="Labelled">Rows that have a class.</param>
public sealed record DatasetProfileWire(
    string Dataset, long Version, string Digest, long Rows, string? Target, string? Positive, long? Positives, long? Labelled, IReadOnlyList<ColumnProfileWire> Columns);

/// <param name="Distinct">Different values, missing ones aside; an estimate above a million rows.</param>
/// <param name="Numbers">Null for what is no number, and where every value is missing.</param>
/// <param name="AucAlone">
/// Area under the ROC curve with this column as the only score, its direction chosen and its categories ordered by their share of positives, on
/// the rows that have a value: what it tells of the target by itself, in the sample. Null for texts, the key, the target and without two classes.
/// </param>
/// <param name="Buckets">Of numbers equal ranges, or whole numbers each; else the most frequent values first. None for texts and the values of personal data.</param>
public sealed record ColumnProfileWire(
    string Name, string Type, bool Pii, long Missing, long Distinct, NumberProfileWire? Numbers, double? AucAlone, IReadOnlyList<BucketWire> Buckets);

/// <param name="StandardDeviation">Of the sample (n - 1); null for a single value.</param>
public sealed record NumberProfileWire(double Min, double LowerQuartile, double Median, double UpperQuartile, double Max, double Mean, double? StandardDeviation);

/// <param name="Value">Of a category; null for a range.</param>
/// <param name="From">Included, as <paramref name="To"/> of the last range; microseconds UTC for times.</param>
/// <param name="Positives">Rows of the positive class among them; null without a target.</param>
public sealed record BucketWire(string? Value, double? From, double? To, long Rows, long? Positives);
