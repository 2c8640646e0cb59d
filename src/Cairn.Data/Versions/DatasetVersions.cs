using System.Globalization;
using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Data.Versions;

/// <summary>The table of dataset versions.</summary>
internal sealed class DatasetVersions(Database database, TimeProvider clock)
{
    private const string Columns = "dataset, version, digest, row_count, byte_count, schema, parts, source, created_at";

    public async Task<DatasetVersion?> Find(WorkspaceId workspace, string dataset, Digest digest, CancellationToken cancellation) =>
        (await database.Read(t => Find(t, workspace, dataset, digest), cancellation))?.ToVersion();

    public async Task<DatasetVersion?> Latest(WorkspaceId workspace, string dataset, CancellationToken cancellation) =>
        (await database.Read(
            t => t.First<VersionRecord>($"SELECT {Columns} FROM dataset_versions WHERE workspace_id = @Id AND dataset = @dataset ORDER BY version DESC LIMIT 1", new { Id = workspace.Value, dataset }),
            cancellation))?.ToVersion();

    /// <summary>By number, or by the first digits of the digest (six or more).</summary>
    public async Task<Answer<DatasetVersion>> Named(WorkspaceId workspace, string dataset, string name, CancellationToken cancellation)
    {
        if (name.Length < 6 && long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var one = await database.Read(
                t => t.First<VersionRecord>($"SELECT {Columns} FROM dataset_versions WHERE workspace_id = @Id AND dataset = @dataset AND version = @number", new { Id = workspace.Value, dataset, number }),
                cancellation);
            return one is not null ? one.ToVersion() : await Unknown(workspace, dataset, name, cancellation);
        }

        var prefix = name.ToLowerInvariant();
        if (prefix.Length is < 6 or > 64 || !prefix.All(char.IsAsciiHexDigitLower))
            return new Refusal.Invalid("data.version-name", $"'{name}' names no version: give its number, or at least 6 digits of its digest.");
        var found = await database.Read(
            t => t.Query<VersionRecord>(
                $"SELECT {Columns} FROM dataset_versions WHERE workspace_id = @Id AND dataset = @dataset AND digest >= @prefix AND digest < @end ORDER BY version LIMIT 2",
                new { Id = workspace.Value, dataset, prefix, end = prefix + "g" }),
            cancellation);
        return found.Count switch
        {
            0 => await Unknown(workspace, dataset, name, cancellation),
            1 => found[0].ToVersion(),
            _ => new Refusal.Conflict("data.version-ambiguous", $"More than one version of {dataset} has a digest that starts with {prefix}. Give more digits."),
        };
    }

    /// <summary>Newest first, before version <paramref name="before"/>.</summary>
    public async Task<IReadOnlyList<DatasetVersion>> List(WorkspaceId workspace, string dataset, long before, int limit, CancellationToken cancellation)
    {
        var records = await database.Read(
            t => t.Query<VersionRecord>(
                $"SELECT {Columns} FROM dataset_versions WHERE workspace_id = @Id AND dataset = @dataset AND version < @before ORDER BY version DESC LIMIT @limit",
                new { Id = workspace.Value, dataset, before, limit }),
            cancellation);
        return [.. records.Select(r => r.ToVersion())];
    }

    /// <summary>The newest version of each dataset, by name, after <paramref name="after"/>. As versions are never removed, its number is also how many there are.</summary>
    public async Task<IReadOnlyList<DatasetVersion>> Datasets(WorkspaceId workspace, string? part, string after, int limit, CancellationToken cancellation)
    {
        var records = await database.Read(
            t => t.Query<VersionRecord>(
                $"""
                SELECT {Columns} FROM dataset_versions v WHERE workspace_id = @Id AND dataset > @after{(part is null ? "" : $" AND {t.Holds("dataset", "@part")}")}
                AND version = (SELECT max(w.version) FROM dataset_versions w WHERE w.workspace_id = v.workspace_id AND w.dataset = v.dataset)
                ORDER BY dataset LIMIT @limit
                """,
                new { Id = workspace.Value, after, part = ReadTransaction.Part(part ?? ""), limit }),
            cancellation);
        return [.. records.Select(r => r.ToVersion())];
    }

    /// <summary>Numbers and stores a version whose parts are durable. The same content under the same name is found, not stored again.</summary>
    public async Task<(DatasetVersion Version, bool Reused)> Add(Caller caller, DatasetVersion version, CancellationToken cancellation)
    {
        var (record, reused) = await database.Write(
            t =>
            {
                if (Find(t, caller.Workspace, version.Dataset, version.Digest) is { } there) return (there, true);
                var last = t.Scalar<long?>("SELECT max(version) FROM dataset_versions WHERE workspace_id = @Id AND dataset = @Dataset", new { Id = caller.Workspace.Value, version.Dataset });
                var numbered = VersionRecord.Of(version with { Version = (last ?? 0) + 1, CreatedAt = clock.Micros() });
                t.Execute(
                    $"""
                    INSERT INTO dataset_versions (workspace_id, {Columns})
                    VALUES (@WorkspaceId, @Dataset, @Version, @Digest, @RowCount, @ByteCount, @Schema, @Parts, @Source, @CreatedAt)
                    """,
                    new
                    {
                        WorkspaceId = caller.Workspace.Value, numbered.Dataset, numbered.Version, numbered.Digest, numbered.RowCount, numbered.ByteCount, numbered.Schema, numbered.Parts,
                        numbered.Source, numbered.CreatedAt,
                    });
                var (subject, detail) = ($"datasets/{numbered.Dataset}/versions/{numbered.Version}", JsonSerializer.Serialize(new { numbered.Digest, Rows = numbered.RowCount, numbered.Source }, CairnJson.Options));
                t.Emit(new NewEvent(caller.Workspace, "dataset.version-created", subject, detail));
                t.Write(caller, "dataset.take", subject, detail);
                return (numbered, false);
            },
            cancellation);
        return (record.ToVersion(), reused);
    }

    private static VersionRecord? Find(ReadTransaction transaction, WorkspaceId workspace, string dataset, Digest digest) =>
        transaction.First<VersionRecord>(
            $"SELECT {Columns} FROM dataset_versions WHERE workspace_id = @Id AND dataset = @dataset AND digest = @Hex", new { Id = workspace.Value, dataset, digest.Hex });

    private async Task<Refusal> Unknown(WorkspaceId workspace, string dataset, string name, CancellationToken cancellation) =>
        await Latest(workspace, dataset, cancellation) is { } latest
            ? new Refusal.Missing("data.version-unknown", $"{dataset} has no version {name}; its latest is {latest.Version} ({latest.Digest.Short}).")
            : new Refusal.Missing("data.dataset-unknown", $"There is no dataset {dataset}. GET /api/v1/datasets lists those there are.");
}
