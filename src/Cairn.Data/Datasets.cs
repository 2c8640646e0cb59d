using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Data.Contracts;
using Cairn.Data.Engine;
using Cairn.Data.Frames;
using Cairn.Data.Inference;
using Cairn.Data.Profiles;
using Cairn.Data.Sources;
using Cairn.Data.Versions;
using Cairn.Kernel;
using Cairn.Storage;

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
/// <remarks>Each call runs a DuckDB of its own and closes it; cancellation interrupts it.</remarks>
public sealed class Datasets : IDisposable
{
    private readonly KeptProfiles _profiles;
    private readonly DatasetVersions _versions;
    private readonly IBlobStore _blobs;
    private readonly Jobs _jobs;

    public Datasets(Database database, IBlobStore blobs, StorageOptions storage, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(storage);
        _profiles = new KeptProfiles(database);
        _versions = new DatasetVersions(database, clock);
        _blobs = blobs;
        _jobs = new Jobs(Path.Combine(storage.Home, "tmp"));
    }

    internal DatasetVersions Versions => _versions;

    public void Dispose() => _profiles.Dispose();

    /// <summary>Looks at a CSV or Parquet file and proposes a contract.</summary>
    public Task<Answer<Inspection>> Inspect(string path, string? target, string? positive, string? key, CancellationToken cancellation) =>
        _jobs.Run(path, (engine, source) => new Inspector(engine, source, target, positive, key).Run(), cancellation);

    /// <summary>Checks every rule in one pass; all violations, with counts and examples. A file that cannot be read at all is a refusal.</summary>
    public async Task<Answer<ValidationReport>> Validate(string path, Schema schema, CancellationToken cancellation)
    {
        if (SchemaRules.Broken(schema) is { } refusal) return refusal;
        return await _jobs.Run<ValidationReport>(path, (engine, source) => new ContractCheck(engine, source, schema, targetMayBeAbsent: false).Run().Report, cancellation);
    }

    /// <summary>Validates, then stores. Violations are the refusal <c>data.contract-broken</c> with one field problem for each.</summary>
    /// <param name="progress">0 to 1.</param>
    public async Task<Answer<Snapshot>> Take(
        Caller caller, string dataset, string path, Schema schema, IProgress<double>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if ((DatasetName.Refused(dataset) ?? SchemaRules.Broken(schema)) is { } refusal) return refusal;
        return await _jobs.Run<Snapshot>(path, (engine, source) => Take(caller, dataset, engine, source, schema, progress, cancellation), cancellation);
    }

    public Task<DatasetVersion?> Find(WorkspaceId workspace, string dataset, Digest digest, CancellationToken cancellation) =>
        _versions.Find(workspace, dataset, digest, cancellation);

    public Task<DatasetVersion?> Latest(WorkspaceId workspace, string dataset, CancellationToken cancellation) => _versions.Latest(workspace, dataset, cancellation);

    /// <summary>All rows of a version, its columns in the order of the schema. Verifies the parts' bytes.</summary>
    /// <exception cref="InvalidDataException">A part is gone or was altered.</exception>
    public async Task<Frame> Load(DatasetVersion version, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(version);
        var paths = await Verified(version, version.Parts, cancellation);
        return await _jobs.Run(paths, engine => Parts.ReadFrame(engine, version.Schema, paths.Select((_, i) => engine.Linked(i)), version.Rows), cancellation);
    }

    /// <summary>What the columns of a version hold; see <see cref="DatasetProfileWire"/>.</summary>
    /// <exception cref="InvalidDataException">A part is gone or was altered.</exception>
    internal Task<DatasetProfileWire> Profile(WorkspaceId workspace, DatasetVersion version, CancellationToken cancellation) => _profiles.Get(
        workspace,
        version,
        async () =>
        {
            var paths = await Verified(version, version.Parts, cancellation);
            return await _jobs.Run(
                paths,
                engine =>
                {
                    var (columns, positives, labelled) = new ColumnProfiler(engine, version.Schema, Parts.From(paths.Select((_, i) => engine.Linked(i))), version.Rows).Run();
                    return new DatasetProfileWire(
                        version.Dataset, version.Version, version.Digest.Hex, version.Rows, version.Schema.Target?.Column, version.Schema.Target?.Positive, positives, labelled, columns);
                },
                cancellation);
        },
        cancellation);

    /// <summary>Some rows of a version as texts, in its order. Verifies the bytes of the parts that hold them.</summary>
    /// <param name="skip">How many rows stand before the first of them.</param>
    /// <exception cref="InvalidDataException">A part is gone or was altered.</exception>
    internal async Task<IReadOnlyList<DatasetRowWire>> Rows(DatasetVersion version, long skip, int count, CancellationToken cancellation)
    {
        if (skip >= version.Rows) return [];
        var (parts, before) = Parts.Holding(version.Parts, skip, count);
        var paths = await Verified(version, parts, cancellation);
        return await _jobs.Run(paths, engine => Parts.ReadTexts(engine, version.Schema, paths.Select((_, i) => engine.Linked(i)), skip, before, count), cancellation);
    }

    /// <summary>
    /// Rows of a CSV or Parquet file read by a contract, for batch scoring; the target may be absent. Rows that break the contract
    /// refuse the whole file, as they would one by one.
    /// </summary>
    public async Task<Answer<Frame>> Read(string path, Schema schema, CancellationToken cancellation)
    {
        if (SchemaRules.Broken(schema) is { } refusal) return refusal;
        return await _jobs.Run<Frame>(
            path,
            (engine, source) =>
            {
                var (report, scan) = new ContractCheck(engine, source, schema, targetMayBeAbsent: true).Run();
                if (!report.Valid) return Broken(path, report);
                var builder = new FrameBuilder(scan.Columns, source.Rows);
                using var reader = engine.Stream(scan.Canonical());
                while (reader.Next() is { } chunk) builder.Add(chunk);
                return builder.Build();
            },
            cancellation);
    }

    private async Task<Answer<Snapshot>> Take(
        Caller caller, string dataset, DuckDb engine, Source source, Schema schema, IProgress<double>? progress, CancellationToken cancellation)
    {
        progress?.Report(0.1);
        var (report, scan) = new ContractCheck(engine, source, schema, targetMayBeAbsent: false).Run();
        if (!report.Valid) return Broken(source.Path, report);
        progress?.Report(0.4);

        var files = Parts.Write(engine, scan, source.Rows);
        progress?.Report(0.7);
        var share = progress is null ? null : new Share(progress, 0.7, 0.9);
        var digest = Parts.DigestOf(engine, schema, files.Select(f => f.Path), share, source.Rows);
        if (await _versions.Find(caller.Workspace, dataset, digest, cancellation) is { } there)
        {
            progress?.Report(1);
            return new Snapshot(there, Reused: true, report);
        }

        var parts = new List<DatasetPart>();
        foreach (var (path, rows) in files)
        {
            await using var content = File.OpenRead(path);
            var blob = await _blobs.Write(content, cancellation);
            parts.Add(new(blob.Digest, rows, blob.Length));
        }

        var (version, reused) = await _versions.Add(caller, new(dataset, 0, digest, source.Rows, parts.Sum(p => p.Bytes), schema, parts, source.Path, 0), cancellation);
        progress?.Report(1);
        return new Snapshot(version, reused, report);
    }

    private async Task<IReadOnlyList<string>> Verified(DatasetVersion version, IReadOnlyList<DatasetPart> parts, CancellationToken cancellation)
    {
        var paths = new List<string>();
        foreach (var part in parts)
        {
            if (!await _blobs.Verify(part.Blob, cancellation))
                throw new InvalidDataException($"{version.Dataset} version {version.Version}: part {part.Blob.Short} is gone or was altered. Restore it from a backup, or take the snapshot again.");
            paths.Add(await _blobs.LocalPath(part.Blob, cancellation));
        }

        return paths;
    }

    private static Refusal.Invalid Broken(string path, ValidationReport report)
    {
        var shown = report.Violations.Take(3).Select(v => $"{v.Column} ({v.Rule}): found {v.Found}, expected {v.Expected}");
        var more = report.Violations.Count > 3 ? $"; and {report.Violations.Count - 3} more" : "";
        return new("data.contract-broken", $"{Path.GetFileName(path)} breaks its contract: {string.Join("; ", shown)}{more}. Mend the data, or change the contract if the data is right.")
        {
            Fields = [.. report.Violations.Select(v => new FieldProblem(
                v.Column, v.Found + (v.Examples.Count > 0 ? $" (row {string.Join(", ", v.Examples.Select(e => e.Row))})" : ""), $"{v.Rule}: {v.Expected}"))],
        };
    }

    /// <summary>Reports a step as a part of the whole.</summary>
    private sealed class Share(IProgress<double> whole, double from, double to) : IProgress<double>
    {
        public void Report(double value) => whole.Report(from + ((to - from) * value));
    }
}
