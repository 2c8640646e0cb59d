using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Artifacts;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>The files of runs and logged models that lie on this machine, and in S3 when that is asked for. What lies elsewhere stays there.</summary>
internal sealed class TakeFiles(ImportWalk walk, MlflowSource source, IBlobStore blobs, ObjectStore objects)
{
    private const int FilesAtOnce = 200, OwnersAtOnce = 500, WritersAtOnce = 4;

    public static async Task From(ImportWalk walk, MlflowSource source, IBlobStore blobs, ObjectStore objects)
    {
        var files = new TakeFiles(walk, source, blobs, objects);
        await files.Of("run files", "runs", "x.run_uuid, x.artifact_uri", (transaction, owners) => walk.Runs(transaction, owners).Keys);
        if (walk.Store.Has("logged_models", "model_id"))
            await files.Of("model files", "logged_models", "x.model_id, x.artifact_location", (transaction, owners) => TakeLoggedModels.Known(transaction, walk, owners).Keys);
    }

    /// <summary>Owner by owner; those whose files were not all written when the process died are read again from their first file.</summary>
    private async Task Of(string step, string table, string columns, Func<ReadTransaction, IEnumerable<string>, IEnumerable<string>> known)
    {
        var (last, bytes) = (walk.Store.Last(table), 0L);
        for (var tally = await walk.Find(step); ;)
        {
            var next = walk.Store.Next(table, columns, "", tally.Position, OwnersAtOnce, reader => (Owner: reader.Text(1), Location: reader.Text(2)));
            if (next.Count == 0) return;
            var here = await walk.Database.Read(transaction => known(transaction, next.Select(row => row.Row.Owner)).ToHashSet(StringComparer.Ordinal), walk.Cancellation);
            var (ready, refused) = (new List<StoredFile>(), new List<(string File, string Why)>());
            foreach (var (at, (owner, location)) in next)
            {
                foreach (var files in here.Contains(owner) ? (await Found(owner, location, refused)).Chunk(FilesAtOnce) : [])
                {
                    ready.AddRange(await Store(files));
                    if (ready.Count < FilesAtOnce) continue;
                    bytes += ready.Sum(file => file.Blob.Length);
                    await Write(step, tally.Position, ready, []);
                    ready.Clear();
                    walk.Report((double)Math.Max(1, at) / Math.Max(1, last), $"{bytes >> 20:N0} MB");
                }

                tally.Position = at;
            }

            bytes += ready.Sum(file => file.Blob.Length);
            tally = await Write(step, tally.Position, ready, refused);
            walk.Report((double)Math.Max(1, tally.Position) / Math.Max(1, last), $"{tally.Taken:N0} files{(bytes > 0 ? $", {bytes >> 20:N0} MB" : "")}");
        }
    }

    /// <summary>The files of an owner that may be read; of others, why not.</summary>
    private async Task<IEnumerable<FoundFile>> Found(string owner, string location, List<(string File, string Why)> refused)
    {
        if (location.Length == 0 || ArtifactPlace.Stays(source, location)) return [];
        var found = ObjectAddress.Is(location) ? await InS3(owner, location, refused) : OnDisk(owner, location, refused);
        return found.Where(file =>
        {
            var bad = ArtifactPath.Parse(file.Path).Refusal;
            if (bad is not null) refused.Add(($"{owner} {file.Path}", bad.Detail));
            return bad is null;
        });
    }

    private IEnumerable<FoundFile> OnDisk(string owner, string location, List<(string File, string Why)> refused)
    {
        var folder = ArtifactPlace.Folder(source, location);
        if (folder.Refusal is not { } outside)
            return Below(owner, folder.Value, refused).Select(file => new FoundFile(owner, file.Path, _ => Task.FromResult<Stream>(new FileStream(file.File, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0 }))));
        refused.Add(($"{owner} {location}", outside.Detail));
        return [];
    }

    private async Task<IEnumerable<FoundFile>> InS3(string owner, string location, List<(string File, string Why)> refused)
    {
        if (ObjectAddress.Read(location) is not { } folder)
        {
            refused.Add(($"{owner} {location}", "It is no address of S3."));
            return [];
        }

        var listed = await objects.Below(folder, walk.Cancellation);
        if (listed.Refusal is Refusal.Missing missing) refused.Add(($"{owner} {location}", missing.Detail));
        else if (listed.Refusal is { } refusal) throw new StorageException(StorageFault.Unavailable, refusal.Detail); // the import goes on when the store answers again
        return listed.Refusal is not null ? [] : listed.Value.Where(entry => !entry.Address.Key.EndsWith('/')).Select(entry => new FoundFile(owner, entry.Address.Key[(folder.Key.Length + 1)..], async stop =>
        {
            var content = await objects.Open(entry.Address, stop);
            return content.Refusal is null ? content.Value : throw new StorageException(StorageFault.Unavailable, content.Refusal.Detail);
        }));
    }

    /// <summary>A blob waits for its disk: some are written at a time.</summary>
    private async Task<StoredFile[]> Store(FoundFile[] files)
    {
        walk.Cancellation.ThrowIfCancellationRequested();
        var stored = new StoredFile[files.Length];
        await Parallel.ForAsync(0, files.Length, new ParallelOptions { MaxDegreeOfParallelism = WritersAtOnce, CancellationToken = walk.Cancellation }, async (at, cancellation) =>
        {
            await using var content = await files[at].Open(cancellation);
            stored[at] = new(files[at].Owner, files[at].Path, await blobs.Write(content, cancellation));
        });
        return stored;
    }

    /// <param name="done">The last owner of whom nothing is left.</param>
    private Task<StepTally> Write(string step, long done, List<StoredFile> files, List<(string File, string Why)> refused) => walk.Database.Write(
        transaction =>
        {
            var tally = StepTally.Find(transaction, walk.Workspace, walk.Import, step);
            foreach (var (owner, path, blob) in files)
            {
                if (ArtifactTable.Find(transaction, walk.Workspace, owner, path) is { } there && there.Digest == blob.Digest.Hex) tally.Here++;
                else if (ArtifactTable.Put(transaction, walk.Workspace, owner, path, blob, walk.Now).Refusal is { } clash) tally.Refuse("file", $"{owner} {path}", clash.Detail);
                else tally.Taken++;
            }

            foreach (var (file, why) in refused) tally.Refuse("file", file, why);
            tally.Position = done;
            tally.Save(transaction, walk.Workspace, walk.Import);
            return tally;
        },
        walk.Cancellation);

    /// <summary>Links are not followed: they would lead out of what may be read.</summary>
    private static IEnumerable<(string Path, string File)> Below(string owner, string folder, List<(string File, string Why)> refused)
    {
        var open = new Stack<DirectoryInfo>();
        if (Directory.Exists(folder)) open.Push(new(folder));
        while (open.TryPop(out var next))
        {
            foreach (var entry in next.EnumerateFileSystemInfos())
            {
                var path = Path.GetRelativePath(folder, entry.FullName);
                if (entry.LinkTarget is not null) refused.Add(($"{owner} {path}", "It is a link."));
                else if (entry is DirectoryInfo below) open.Push(below);
                else yield return (path, entry.FullName);
            }
        }
    }

    private sealed record FoundFile(string Owner, string Path, Func<CancellationToken, Task<Stream>> Open);

    private readonly record struct StoredFile(string Owner, string Path, Blob Blob);
}
