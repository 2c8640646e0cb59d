using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Artifacts;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Packages;
using Cairn.Tracking.RunRecords;
using Cairn.Tracking.Sql;

namespace Cairn.Tracking.Registry;

/// <summary>How a version comes into the registry: from a run and its sealed package, or from outside.</summary>
internal static class Registration
{
    public const int LongestTag = 100_000;

    private const string PackageFolder = "model";

    public static Answer<long> Trained(
        WriteTransaction transaction, Caller caller, string model, string runId, Digest package, IReadOnlyDictionary<string, string>? tags, long now)
    {
        var run = RunTable.RequireActive(transaction, caller.Workspace, runId);
        if (run.Refusal is { } noRun) return noRun;
        if (PackageTable.Find(transaction, caller.Workspace, package) is not { } sealedPackage)
            return new Refusal.Missing("package.missing", $"There is no package {package} in the workspace {caller.Workspace}. Seal it before it is registered.");

        ModelTable.Ensure(transaction, caller.Workspace, model, now);
        if (Existing(transaction, caller.Workspace, model, runId, package) is { } known) return known;
        if (ListFiles(transaction, caller.Workspace, runId, sealedPackage, now) is { } clash) return clash;

        return Add(transaction, caller, tags, new ModelVersion
        {
            Model = model,
            RunId = runId,
            Source = $"mlflow-artifacts:/{run.Value.Experiment}/{runId}/artifacts/{PackageFolder}",
            PackageDigest = package.Hex,
            CreatedAt = now,
            UpdatedAt = now,
        });
    }

    public static Answer<long> FromOutside(WriteTransaction transaction, Caller caller, string model, RegisterVersion request, long now, bool runMayBeElsewhere = false)
    {
        if (!runMayBeElsewhere && request.RunId is { } runId && RunTable.Require(transaction, caller.Workspace, runId).Refusal is { } noRun) return noRun;

        ModelTable.Ensure(transaction, caller.Workspace, model, now);
        return Add(transaction, caller, request.Tags, new ModelVersion
        {
            Model = model,
            RunId = request.RunId,
            RunLink = request.RunLink ?? "",
            Source = request.Source,
            Description = request.Description ?? "",
            CreatedAt = now,
            UpdatedAt = now,
        });
    }

    private static long Add(WriteTransaction transaction, Caller caller, IReadOnlyDictionary<string, string>? tags, ModelVersion row)
    {
        var version = VersionTable.Insert(transaction, caller.Workspace, caller.Name, row, tags ?? Tags.None);
        var subject = $"models/{row.Model}/versions/{version}";
        transaction.Write(caller, "model.register", subject, Detail.Of(new { row.RunId, row.Source, row.PackageDigest }));
        transaction.Emit(new NewEvent(caller.Workspace, "model.version-registered", subject, Detail.Of(new { row.Model, version, row.RunId, row.PackageDigest })));
        return version;
    }

    private static long? Existing(ReadTransaction transaction, WorkspaceId workspace, string model, string runId, Digest package) => transaction.First<ModelVersion>(
        $"""
        SELECT {VersionTable.Columns} FROM model_versions
        WHERE workspace_id = @workspace AND run_id = @runId AND model = @model AND package_digest = @package AND deleted_at IS NULL ORDER BY version LIMIT 1
        """,
        new { workspace = workspace.Value, runId, model, package = package.Hex })?.Version;

    /// <summary>The package's files become artifacts of the run, where MLflow looks for a model. They are the same blobs.</summary>
    private static Refusal? ListFiles(WriteTransaction transaction, WorkspaceId workspace, string runId, StoredPackage package, long now)
    {
        foreach (var file in package.Files)
            if (ArtifactTable.Put(transaction, workspace, runId, $"{PackageFolder}/{file.Path}", new Blob(Digest.Parse(file.Digest), file.Length), now).Refusal is { } clash)
                return clash;
        return null;
    }
}
