using System.Text.Json;

namespace Cairn.Client.Wire;

/// <summary>A Parquet file with predictions of one hour of a deployment.</summary>
/// <param name="From">When the first of them was asked for, microseconds UTC; <paramref name="To"/> the last.</param>
/// <param name="Blob">SHA-256 of the file.</param>
/// <param name="Path">Where the file is on the server.</param>
public sealed record PredictionSegmentWire(string SegmentId, string Deployment, long From, long To, long Rows, long Bytes, string Blob, string? Path, long CreatedAt);

/// <summary>A question to the log.</summary>
/// <param name="Sql">A SELECT of DuckDB over the table <c>predictions</c>.</param>
/// <param name="Deployment">Only its predictions; null: all.</param>
/// <param name="From">Microseconds UTC; null: a day before <paramref name="To"/>.</param>
/// <param name="To">Not included; null: now.</param>
/// <param name="Limit">Rows of the answer, 1 to 10,000; null: 1,000.</param>
public sealed record PredictionQuery(string Sql, string? Deployment = null, long? From = null, long? To = null, int? Limit = null);

/// <param name="From">What was looked at, microseconds UTC.</param>
/// <param name="Rows">Numbers and truth values as such, all else as DuckDB writes it; null where there is nothing.</param>
/// <param name="Truncated">True: there are more rows than were asked for, or than an answer takes.</param>
public sealed record PredictionQueryResult(
    IReadOnlyList<QueryColumnWire> Columns, IReadOnlyList<IReadOnlyList<JsonElement?>> Rows, bool Truncated, long From, long To);

/// <param name="Type">Of DuckDB: <c>BIGINT</c>, <c>DOUBLE</c>, <c>VARCHAR</c>.</param>
public sealed record QueryColumnWire(string Name, string Type);

/// <summary>Which predictions a list shall hold; what is null does not matter.</summary>
/// <param name="Entity">Whom they are about, exactly.</param>
/// <param name="From">Microseconds UTC, by the time inside the id; included.</param>
/// <param name="To">Not included.</param>
/// <param name="Shadow">True: only what was scored beside the answer; false: only what was answered.</param>
public sealed record PredictionListing(
    string? Deployment = null, string? Entity = null, long? From = null, long? To = null, string? Variant = null, long? Version = null, bool? Shadow = null);
