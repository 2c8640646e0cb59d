using Cairn.Storage;
using Cairn.Tracking.Artifacts;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>The files of runs and logged models that lie on this machine. What lies elsewhere stays there.</summary>
internal sealed class TakeFiles(ImportWalk walk, MlflowSource source, IBlobStore blobs)
{
    private const int FilesAtOnce = 200;

    public static async Task From(ImportWalk walk, MlflowSource source, IBlobStore blobs)
    {
        var files = new TakeFiles(walk, source, blobs);
        await files.Of("run files", "runs", "x.run_uuid, x.artifact_uri", (transaction, owner) => walk.Runs(transaction, [owner]).ContainsKey(owner));
        if (walk.Store.Has("logged_models", "model_id"))
            await files.Of("model files", "logged_models", "x.model_id, x.artifact_location", (transaction, owner) => TakeLoggedModels.Known(transaction, walk, [owner]).ContainsKey(owner));
    }

    /// <summary>Owner by owner; one that was begun when the process died is read again from its first file.</summary>
    private async Task Of(string step, string table, string columns, Func<ReadTransaction, string, bool> known)
    {
        var (last, tally, bytes) = (walk.Store.Last(table), await walk.Find(step), 0L);
        while (walk.Store.Next(table, columns, "", tally.Position, 100, reader => (Owner: reader.Text(1), Location: reader.Text(2))) is { Count: > 0 } next)
        {
            foreach (var (at, (owner, location)) in next)
            {
                walk.Cancellation.ThrowIfCancellationRequested();
                bytes += await Take(step, at, owner, location, known);
            }

            tally = await walk.Find(step);
            walk.Report((double)Math.Max(1, tally.Position) / Math.Max(1, last), $"{tally.Taken:N0} files{(bytes > 0 ? $", {bytes >> 20:N0} MB" : "")}");
        }
    }

    /// <returns>How many bytes were read.</returns>
    private async Task<long> Take(string step, long at, string owner, string location, Func<ReadTransaction, string, bool> known)
    {
        var (refused, ready, bytes) = (new List<(string File, string Why)>(), new List<(string Path, Blob Blob)>(), 0L);
        if (location.Length > 0 && !ArtifactPlace.IsRemote(location) && await walk.Database.Read(transaction => known(transaction, owner), walk.Cancellation))
        {
            var folder = ArtifactPlace.Folder(source, location);
            if (folder.Refusal is { } outside) refused.Add((location, outside.Detail));
            foreach (var (path, file) in folder.Refusal is null ? Below(folder.Value, refused) : [])
            {
                var safe = ArtifactPath.Parse(path);
                if (safe.Refusal is { } bad)
                {
                    refused.Add((path, bad.Detail));
                    continue;
                }

                await using var content = new FileStream(file, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0 });
                var blob = await blobs.Write(content, walk.Cancellation);
                bytes += blob.Length;
                ready.Add((path, blob));
                if (ready.Count < FilesAtOnce) continue;
                await Write(step, null, owner, ready, []);
                ready.Clear();
                walk.Report(0, $"{owner}: {bytes >> 20:N0} MB");
            }
        }

        await Write(step, at, owner, ready, refused);
        return bytes;
    }

    /// <param name="done">The row of the owner, when these are its last files.</param>
    private Task<bool> Write(string step, long? done, string owner, List<(string Path, Blob Blob)> files, List<(string File, string Why)> refused) => walk.Database.Write(
        transaction =>
        {
            var tally = StepTally.Find(transaction, walk.Workspace, walk.Import, step);
            foreach (var (path, blob) in files)
            {
                if (ArtifactTable.Find(transaction, walk.Workspace, owner, path) is { } there && there.Digest == blob.Digest.Hex) tally.Here++;
                else if (ArtifactTable.Put(transaction, walk.Workspace, owner, path, blob, walk.Now).Refusal is { } clash) tally.Refuse("file", $"{owner} {path}", clash.Detail);
                else tally.Taken++;
            }

            foreach (var (file, why) in refused) tally.Refuse("file", $"{owner} {file}", why);
            tally.Position = done ?? tally.Position;
            tally.Save(transaction, walk.Workspace, walk.Import);
            return true;
        },
        walk.Cancellation);

    /// <summary>Links are not followed: they would lead out of what may be read.</summary>
    private static IEnumerable<(string Path, string File)> Below(string folder, List<(string File, string Why)> refused)
    {
        var open = new Stack<DirectoryInfo>();
        if (Directory.Exists(folder)) open.Push(new(folder));
        while (open.TryPop(out var next))
        {
            foreach (var entry in next.EnumerateFileSystemInfos())
            {
                var path = Path.GetRelativePath(folder, entry.FullName);
                if (entry.LinkTarget is not null) refused.Add((path, "It is a link."));
                else if (entry is DirectoryInfo below) open.Push(below);
                else yield return (path, entry.FullName);
            }
        }
    }
}
