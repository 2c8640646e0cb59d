using System.Text;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Projects;

/// <summary>Makes the folder of a project around a data file. When the server declines, what was made here is taken away again.</summary>
internal static class NewProject
{
    /// <param name="data">The file; copied to <c>data/</c> when it lies outside the folder, since a project reads only what lies in it.</param>
    public static async Task<InitializedProject> Create(
        CairnClient client, string folder, string name, string data, string target, string? positive, string? entity, bool overwrite, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(folder);
        var file = Path.GetFullPath(data);
        if (!File.Exists(file)) throw new CairnException(Problems.Of("cli.no-file", $"There is no file {file}."));
        if (ProjectFolder.Is(path) && !overwrite)
            throw new CairnException(Problems.Of("cli.project-exists", $"{path} is a project already. 'cairn run {folder}' runs it; --force writes its files anew."));

        var madeFolder = !Directory.Exists(path);
        var source = Path.GetRelativePath(path, file);
        var copied = source.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(source);
        Copy? copy = null;
        var done = false;
        try
        {
            Directory.CreateDirectory(path);
            if (copied)
            {
                source = $"data/{Path.GetFileName(file)}";
                copy = await CopyInto(Path.Combine(path, source), file, cancellation);
            }

            var made = await client.InitProjectAsync(new InitProject(name, path, source, target, positive, entity), cancellation);
            foreach (var (relative, text) in made.Files) await WriteWhole(Path.Combine(path, relative), text, cancellation);
            done = true;
            return copied ? made with { Choices = [$"{Path.GetFileName(file)} is copied to {source}: a project reads only what lies in its folder.", .. made.Choices] } : made;
        }
        finally
        {
            if (!done) TakeAway(path, copy, madeFolder);
            else if (copy?.Before is { } before) File.Delete(before);
        }
    }

    public static async Task WriteWhole(string path, string text, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var next = path + ".next";
        await File.WriteAllTextAsync(next, text, new UTF8Encoding(false), cancellation);
        File.Move(next, path, overwrite: true);
    }

    /// <returns>The copy when it was made; null when the same content was there.</returns>
    private static async Task<Copy?> CopyInto(string to, string from, CancellationToken cancellation)
    {
        if (File.Exists(to) && await SameContent(to, from, cancellation)) return null;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        var next = to + ".next";
        try
        {
            var source = File.OpenRead(from);
            await using (source)
            {
                var target = File.Create(next);
                await using (target) await source.CopyToAsync(target, cancellation);
            }

            string? before = null;
            if (File.Exists(to)) File.Move(to, before = to + ".before", overwrite: true);
            File.Move(next, to);
            return new(to, before);
        }
        finally
        {
            File.Delete(next);
        }
    }

    public static async Task<bool> SameContent(string one, string other, CancellationToken cancellation)
    {
        if (new FileInfo(one).Length != new FileInfo(other).Length) return false;
        return string.Equals(await Hash(one, cancellation), await Hash(other, cancellation), StringComparison.Ordinal);
    }

    private static async Task<string> Hash(string path, CancellationToken cancellation)
    {
        var content = File.OpenRead(path);
        await using (content) return Convert.ToHexString(await System.Security.Cryptography.SHA256.HashDataAsync(content, cancellation));
    }

    private static void TakeAway(string folder, Copy? copy, bool madeFolder)
    {
        if (copy is { Before: { } before }) File.Move(before, copy.Path, overwrite: true);
        else if (copy is not null) File.Delete(copy.Path);
        if (Path.Combine(folder, "data") is var data && copy is not null && !Directory.EnumerateFileSystemEntries(data).Any()) Directory.Delete(data);
        if (madeFolder && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    /// <param name="Before">Where the file that stood there waits until it is known which of the two stays.</param>
    private sealed record Copy(string Path, string? Before);
}
