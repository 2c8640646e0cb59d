using Cairn.Kernel;

namespace Cairn.Projects.Files;

/// <summary>Which file a source path means, and whether it may be read: only below the project folder or a data root, links followed.</summary>
internal static class SourcePath
{
    private const int MostLinks = 40;

    /// <param name="folder">Absolute; need not exist yet.</param>
    /// <returns>The real path of a file that exists.</returns>
    public static Answer<string> Resolve(string folder, string path, IReadOnlyList<string> dataRoots)
    {
        if (path.Contains("://", StringComparison.Ordinal))
            return new Refusal.Invalid("project.source-remote", $"The source '{path}' is an address. Sources are local CSV or Parquet files for now: download it into the project folder.");
        if (path.Contains('\0', StringComparison.Ordinal)) return new Refusal.Invalid("project.source-missing", "The path of the source holds a NUL character.");

        var asked = Path.GetFullPath(path, folder);
        if (Inside(folder, asked, dataRoots) is not { } real)
        {
            return new Refusal.Invalid(
                "project.source-outside",
                $"The source '{path}' is {asked}, outside the project. It may lie below {string.Join(" or ", (IEnumerable<string>)[folder, .. dataRoots])}. Copy it there, or start the server with --data-root {Path.GetDirectoryName(asked)}.");
        }

        if (File.Exists(real)) return real;
        return new Refusal.Missing(
            "project.source-missing",
            Directory.Exists(real) ? $"The source '{path}' is the folder {real}; a CSV or Parquet file is expected." : $"There is no file {asked} (source '{path}').{Beside(asked)}");
    }

    /// <summary>The real path, links followed; null when it is neither below the folder nor below a data root. It need not exist.</summary>
    public static string? Inside(string folder, string path, IReadOnlyList<string> dataRoots) =>
        Real(path) is { } real && ((IEnumerable<string>)[folder, .. dataRoots]).Any(root => IsInside(root, real)) ? real : null;

    /// <param name="path">A real one.</param>
    public static bool IsInside(string folder, string path) => Real(folder) is { } below && IsBelow(path, below);

    private static string Beside(string asked)
    {
        var folder = Path.GetDirectoryName(asked)!;
        if (!Directory.Exists(folder)) return $" The folder {folder} does not exist either.";
        var files = Directory.EnumerateFiles(folder).Select(Path.GetFileName).Where(f => f is not null && Path.GetExtension(f).ToLowerInvariant() is ".csv" or ".parquet").Order(StringComparer.Ordinal).Take(5).ToList();
        return files.Count == 0 ? "" : $" In that folder there are: {string.Join(", ", files)}.";
    }

    private static bool IsBelow(string path, string root) =>
        path == root || path.StartsWith(root.EndsWith('/') ? root : root + "/", StringComparison.Ordinal);

    /// <summary>The path with every link on the way followed; what does not exist is kept. Null: links in a circle.</summary>
    private static string? Real(string path)
    {
        var links = 0;
        var left = new Stack<string>(Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var real = "/";
        while (left.TryPop(out var part))
        {
            if (part == ".") continue;
            if (part == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is { } target)
            {
                if (++links > MostLinks) return null;
                foreach (var step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse()) left.Push(step);
                if (target.StartsWith('/')) real = "/";
                continue;
            }

            real = next;
        }

        return real;
    }
}
