using Cairn.Access;
using Cairn.Kernel;

namespace Cairn.Data;

/// <summary>An immutable snapshot of a source that kept its contract.</summary>
/// <param name="Digest">SHA-256 over the logical content (schema, then values in blocks of 65,536 rows): the identity.</param>
/// <param name="Parts">Parquet files in the blob store, in row order.</param>
public sealed record DatasetVersion(
    string Dataset, long Version, Digest Digest, long Rows, long Bytes, Schema Schema, IReadOnlyList<DatasetPart> Parts, string Source, long CreatedAt);

public sealed record DatasetPart(Digest Blob, long Rows, long Bytes);

/// <param name="Reused">The same content was there already; nothing was written.</param>
public sealed record Snapshot(DatasetVersion Version, bool Reused, ValidationReport Report);

/// <summary>What a file looks like, with a contract that fits it.</summary>
/// <param name="Notes">One sentence for each decision taken.</param>
public sealed record Inspection(Schema Schema, long Rows, IReadOnlyList<string> Notes, IReadOnlyList<ColumnSummary> Columns);

/// <param name="Text">Up to five example values as they stand in the file.</param>
public sealed record ColumnSummary(string Name, long Missing, long Distinct, double? Min, double? Max, double? Mean, IReadOnlyList<string> Text);

/// <summary>Reads sources, checks them against their contract, and keeps versions. Paths are absolute: whoever calls has decided that they may be read.</summary>
public sealed class Datasets
{
    /// <summary>Looks at a CSV or Parquet file and proposes a contract.</summary>
    public Task<Answer<Inspection>> Inspect(string path, string? target, string? positive, string? key, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Checks every rule in one pass; all violations, with counts and examples. A file that cannot be read at all is a refusal.</summary>
    public Task<Answer<ValidationReport>> Validate(string path, Schema schema, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Validates, then stores. Violations are the refusal <c>data.contract-broken</c> with one field problem for each.</summary>
    /// <param name="progress">0 to 1.</param>
    public Task<Answer<Snapshot>> Take(
        Caller caller, string dataset, string path, Schema schema, IProgress<double>? progress, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<DatasetVersion?> Find(WorkspaceId workspace, string dataset, Digest digest, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<DatasetVersion?> Latest(WorkspaceId workspace, string dataset, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>All rows of a version, its columns in the order of the schema. Verifies the parts' bytes.</summary>
    public Task<Frame> Load(DatasetVersion version, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Rows of a CSV or Parquet file read by a contract, for batch scoring; the target may be absent.</summary>
    public Task<Answer<Frame>> Read(string path, Schema schema, CancellationToken cancellation) => throw new NotImplementedException();
}
