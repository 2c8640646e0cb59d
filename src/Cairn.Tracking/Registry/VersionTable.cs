using System.Globalization;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Registry;

/// <summary>The statements on model versions that more than one use case needs. Deleted versions are not seen.</summary>
internal static class VersionTable
{
    public const string Columns = "model, version, stage, status, description, run_id, run_link, source, package_digest, created_at, updated_at";

    public static ModelVersion? Find(ReadTransaction transaction, WorkspaceId workspace, string model, long version) => transaction.First<ModelVersion>(
        $"SELECT {Columns} FROM model_versions WHERE workspace_id = @workspace AND model = @model AND version = @version AND deleted_at IS NULL",
        new { workspace = workspace.Value, model, version });

    /// <summary>What a version was made of, though it or its model be deleted since: a copy of it still has the files.</summary>
    public static string? SourceOf(ReadTransaction transaction, WorkspaceId workspace, string model, long version) => transaction.Scalar<string>(
        """
        SELECT source FROM model_versions WHERE workspace_id = @workspace AND version = @version
        AND (model = @model OR model IN (SELECT ':' || d.model_id FROM deleted_models d WHERE d.workspace_id = @workspace AND d.name = @model))
        ORDER BY deleted_at IS NOT NULL LIMIT 1
        """,
        new { workspace = workspace.Value, model, version });

    /// <summary>The version of a model that is known to exist.</summary>
    public static Answer<ModelVersion> Require(ReadTransaction transaction, WorkspaceId workspace, string model, long version)
    {
        if (ModelTable.Require(transaction, workspace, model).Refusal is { } unknown) return unknown;
        if (Find(transaction, workspace, model, version) is { } found) return found;

        var known = transaction.Query<long>(
            "SELECT version FROM model_versions WHERE workspace_id = @workspace AND model = @model AND deleted_at IS NULL ORDER BY version DESC LIMIT 10",
            new { workspace = workspace.Value, model });
        return new Refusal.Missing(
            "registry.version-unknown",
            $"The model '{model}' has no version {version}. " + (known.Count == 0 ? "It has none." : $"The newest are: {string.Join(", ", known)}."));
    }

    /// <returns>Its number: one more than any version of a model of that name ever had.</returns>
    public static long Insert(WriteTransaction transaction, WorkspaceId workspace, string user, ModelVersion row, IReadOnlyDictionary<string, string> tags)
    {
        var version = Counter.Next(transaction, workspace, DeletedModels.Numbers(row.Model));
        transaction.Execute(
            """
            INSERT INTO model_versions
                (workspace_id, model, version, stage, status, description, run_id, run_link, source, package_digest, user_name, created_at, updated_at)
            VALUES
                (@workspace, @Model, @version, @Stage, @Status, @Description, @RunId, @RunLink, @Source, @PackageDigest, @user, @CreatedAt, @UpdatedAt)
            """,
            new
            {
                workspace = workspace.Value, row.Model, version, row.Stage, row.Status, row.Description, row.RunId, row.RunLink, row.Source, row.PackageDigest, user,
                row.CreatedAt, row.UpdatedAt,
            });
        PutTags(transaction, workspace, row.Model, version, tags);
        return version;
    }

    public static void PutTags(WriteTransaction transaction, WorkspaceId workspace, string model, long version, IReadOnlyDictionary<string, string> tags) =>
        Tags.Put(transaction, "model_version_tags", workspace, tags, ("model", model), ("version", version));

    /// <summary>With aliases, tags and the newest verdict. All of one model.</summary>
    public static IReadOnlyList<ModelVersionWire> ToWire(ReadTransaction transaction, WorkspaceId workspace, string model, IReadOnlyList<ModelVersion> versions)
    {
        if (versions.Count == 0) return [];

        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { ["workspace"] = workspace.Value, ["model"] = model };
        var where = $"WHERE workspace_id = @workspace AND model = @model AND version IN {SqlList.In(parameters, "version", [.. versions.Select(version => version.Version)])}";
        var aliases = transaction.Query<AliasRow>($"SELECT model, alias, version FROM model_aliases {where} ORDER BY alias", parameters).ToLookup(row => row.Version);
        var tags = Tags.ByOwner(transaction.Query<KeyValue>($"SELECT CAST(version AS VARCHAR(20)) AS owner, key, value FROM model_version_tags {where}", parameters));
        var verdicts = transaction.Query<VerdictRow>($"SELECT version, verdict, summary, checks, decided_at FROM gate_verdicts {where} ORDER BY sequence", parameters)
            .ToLookup(row => row.Version);
        return
        [
            .. versions.Select(version => version.ToWire(
                [.. aliases[version.Version].Select(row => row.Alias)], tags(version.Version.ToString(CultureInfo.InvariantCulture)), verdicts[version.Version].LastOrDefault()?.ToWire())),
        ];
    }

    public static ModelVersionWire ToWire(ReadTransaction transaction, WorkspaceId workspace, ModelVersion version) =>
        ToWire(transaction, workspace, version.Model, [version])[0];

    private sealed record VerdictRow
    {
        public long Version { get; init; }

        public string Verdict { get; init; } = "";

        public string Summary { get; init; } = "";

        public string Checks { get; init; } = "[]";

        public long DecidedAt { get; init; }

        public GateVerdictWire ToWire() => new(Verdict, Summary, DecidedAt, JsonSerializer.Deserialize<List<GateCheckWire>>(Checks, CairnJson.Options) ?? []);
    }
}
