using System.Collections.Concurrent;
using Cairn.Access;
using Cairn.Storage;
using Cairn.Tracking.Mlflow.Artifacts;
using Cairn.Tracking.Mlflow.Protocol;

namespace Cairn.Tracking.Mlflow.Uploads;

/// <summary>POST mlflow-artifacts/mpu/complete/{folder}: the parts become the file.</summary>
/// <remarks>
/// Putting a large file together may take longer than its client waits. It goes on without the client; who asks again waits for the same
/// work, and who asks when it is done is told so.
/// </remarks>
internal sealed class CompleteUpload(CancellationToken stopping)
{
    private readonly ConcurrentDictionary<(string Workspace, string Upload), Lazy<Task>> _running = new();

    public static void Map(MlflowRoutes routes, CancellationToken stopping) => routes.Upload("complete/{**path}", Permission.RunsWrite, new CompleteUpload(stopping).Handle);

    private async Task Handle(MlflowCall call)
    {
        var (file, id, named) = call.Read(Read);
        var address = ArtifactUpload.AddressOf(call, file);
        var (store, caller, workspace) = (call.Store, call.Caller, call.Workspace);
        var upload = await call.Query(transaction => ArtifactUpload.Require(transaction, workspace, id, address));
        if (upload.CompletedAt is null)
        {
            var key = (workspace.Value, id);
            var running = _running.GetOrAdd(key, _ => new(() => Task.Run(async () =>
            {
                try
                {
                    await Join(store, caller, upload, address, named);
                }
                finally
                {
                    _running.TryRemove(key, out Lazy<Task>? _);
                }
            })));
            try
            {
                await running.Value.WaitAsync(call.Cancellation);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                throw new MlflowException(503, "TEMPORARILY_UNAVAILABLE", "The server stops. The parts are kept: complete the upload again when it is back.");
            }
        }

        await call.Reply();
    }

    private async Task Join(MlflowStore store, Caller caller, ArtifactUpload upload, ArtifactAddress address, IReadOnlyList<NamedPart> named)
    {
        var workspace = caller.Workspace;
        var open = await store.Database.Read(
            transaction =>
            {
                address.Require(transaction, workspace, write: true);
                return ArtifactUpload.Require(transaction, workspace, upload.UploadId).CompletedAt is null;
            },
            stopping);
        if (!open) return; // by the one before

        var parts = Wanted(upload, named, store.Parts.Of(upload.UploadId));
        Blob blob;
        try
        {
            await using var whole = store.Parts.Join(upload.UploadId, parts);
            blob = await store.Blobs.Write(whole, stopping);
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            throw MlflowException.Missing($"The upload '{upload.UploadId}' was aborted, or a part sent again, while it was completed.");
        }

        var now = store.Now;
        await store.Database.Write(
            transaction =>
            {
                ArtifactUpload.Complete(transaction, workspace, upload.UploadId, now);
                StoreArtifact.Name(transaction, caller, address, blob, now);
                return true;
            },
            stopping);
        store.Parts.Remove(upload.UploadId);
    }

    private static (string File, string Upload, IReadOnlyList<NamedPart> Parts) Read(ref ProtoReader reader)
    {
        string? path = null, upload = null;
        var parts = new List<NamedPart>();
        while (reader.Next())
        {
            if (reader.Is("path"u8)) path = reader.Text("path");
            else if (reader.Is("upload_id"u8)) upload = reader.Text("upload_id");
            else if (reader.Is("parts"u8))
                for (var items = 0; reader.NextItem("parts", ref items);) parts.Add(ReadPart(ref reader));
            else reader.Skip();
        }

        if (string.IsNullOrEmpty(path)) throw MlflowException.Required("path");
        if (string.IsNullOrEmpty(upload)) throw MlflowException.Required("upload_id");
        return parts.Count > 0 ? (path, upload, parts) : throw MlflowException.Required("parts");
    }

    private static NamedPart ReadPart(ref ProtoReader reader)
    {
        long? number = null;
        string? tag = null;
        while (reader.Next())
        {
            if (reader.Is("part_number"u8)) number = reader.Whole("part_number");
            else if (reader.Is("etag"u8)) tag = reader.Text("etag");
            else reader.Skip();
        }

        if (number is not { } one) throw MlflowException.Required($"{reader.Place}.part_number");
        var digest = (tag ?? "").StartsWith("W/", StringComparison.Ordinal) ? tag![2..] : tag ?? "";
        return new(one, digest.Trim('"'));
    }

    /// <summary>Every part once, each as it came.</summary>
    private static List<UploadPart> Wanted(ArtifactUpload upload, IReadOnlyList<NamedPart> named, IReadOnlyList<UploadPart> there)
    {
        const int Listed = 10;
        var tags = new Dictionary<long, string>();
        foreach (var (number, digest) in named)
        {
            if (number < 1 || number > upload.Parts) throw MlflowException.Invalid($"The upload has the parts 1 to {upload.Parts}, and no part {number}.");
            if (!tags.TryAdd(number, digest)) throw MlflowException.Invalid($"Part {number} is named twice.");
        }

        var stored = there.ToDictionary(part => (part.Number, part.Content.Digest.Hex));
        var (wanted, missing) = (new List<UploadPart>((int)upload.Parts), new List<int>());
        for (var number = 1; number <= upload.Parts; number++)
        {
            if (tags.TryGetValue(number, out var digest) && stored.TryGetValue((number, digest), out var part)) wanted.Add(part);
            else missing.Add(number);
        }

        if (missing.Count == 0) return wanted;
        throw MlflowException.Invalid(
            $"{missing.Count} of the {upload.Parts} parts are not named with the ETag of what came: {string.Join(", ", missing.Take(Listed))}{(missing.Count > Listed ? ", …" : "")}. Send them, and complete the upload with the ETags of the answers.");
    }

    private readonly record struct NamedPart(long Number, string Digest);
}
