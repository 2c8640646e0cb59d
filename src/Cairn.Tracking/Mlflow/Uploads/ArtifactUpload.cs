using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.Artifacts;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.Uploads;

/// <summary>A row of <c>artifact_uploads</c>: a file that comes in parts.</summary>
internal sealed record ArtifactUpload
{
    public string UploadId { get; init; } = "";

    /// <value>As <see cref="ArtifactAddress"/> has it.</value>
    public string Owner { get; init; } = "";

    public string Path { get; init; } = "";

    public long Parts { get; init; }

    public long? CompletedAt { get; init; }

    /// <summary>The file that a call about parts means: its address names the folder.</summary>
    /// <param name="file">As the client calls it, which may be with the folder it has it in: its last name counts.</param>
    public static ArtifactAddress AddressOf(MlflowCall call, string file)
    {
        var folder = ArtifactAddress.Asked(call);
        var name = file[(file.LastIndexOfAny(['/', '\\']) + 1)..];
        return name.Length == 0 ? throw MlflowException.Invalid("Invalid path") : ArtifactAddress.Parse(string.IsNullOrEmpty(folder) ? name : $"{folder.TrimEnd('/')}/{name}");
    }

    public static void Insert(WriteTransaction transaction, WorkspaceId workspace, ArtifactUpload upload, long now) => transaction.Execute(
        "INSERT INTO artifact_uploads (workspace_id, upload_id, owner, path, parts, started_at) VALUES (@workspace, @UploadId, @Owner, @Path, @Parts, @now)",
        new { workspace = workspace.Value, upload.UploadId, upload.Owner, upload.Path, upload.Parts, now });

    public static ArtifactUpload Require(ReadTransaction transaction, WorkspaceId workspace, string id) => transaction.First<ArtifactUpload>(
        "SELECT upload_id, owner, path, parts, completed_at FROM artifact_uploads WHERE workspace_id = @workspace AND upload_id = @id", new { workspace = workspace.Value, id })
        ?? throw Unknown(id);

    /// <summary>And it is one of that file.</summary>
    public static ArtifactUpload Require(ReadTransaction transaction, WorkspaceId workspace, string id, ArtifactAddress address) =>
        Require(transaction, workspace, id) is { } upload && upload.Owner == address.Owner && upload.Path == address.Path
            ? upload
            : throw MlflowException.Invalid($"The upload '{id}' is not of '{address.Path}' in {address.Owner}.");

    public static void Complete(WriteTransaction transaction, WorkspaceId workspace, string id, long now)
    {
        if (transaction.Execute(
                "UPDATE artifact_uploads SET completed_at = @now WHERE workspace_id = @workspace AND upload_id = @id AND completed_at IS NULL", new { workspace = workspace.Value, id, now }) == 0)
            throw Unknown(id);
    }

    public static void Delete(WriteTransaction transaction, WorkspaceId workspace, string id) =>
        transaction.Execute("DELETE FROM artifact_uploads WHERE workspace_id = @workspace AND upload_id = @id", new { workspace = workspace.Value, id });

    private static MlflowException Unknown(string id) =>
        MlflowException.Missing($"There is no upload '{id}': it was aborted, or left alone for a day. Start another one.");
}
