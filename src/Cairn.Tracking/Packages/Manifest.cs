using System.Text;
using Cairn.Kernel;
using Cairn.Tracking.Artifacts;

namespace Cairn.Tracking.Packages;

/// <summary>The list of a package's files whose SHA-256 is the package's digest.</summary>
internal static class Manifest
{
    public const string Required = "MLmodel";

    public static Refusal? Check(IEnumerable<string> paths)
    {
        var known = paths.ToHashSet(StringComparer.Ordinal);
        if (!known.Contains(Required))
            return new Refusal.Invalid("package.mlmodel-required", $"A package needs the file {Required} at its top. Found: {string.Join(", ", known.Order(StringComparer.Ordinal).Take(10))}.");

        foreach (var path in known)
        {
            if (ArtifactPath.Parse(path).Refusal is { } unsafePath) return unsafePath;
            for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
                if (known.Contains(path[..slash]))
                    return new Refusal.Invalid("artifact.path-invalid", $"'{path[..slash]}' is both a file and a folder of the package.");
        }

        return null;
    }

    /// <remarks>The lines are those of <c>sha256sum</c>, so a downloaded package can be checked without Cairn (docs/reference/registry.md).</remarks>
    public static Digest Digest(IEnumerable<(string Path, Digest Digest)> files)
    {
        var lines = new StringBuilder();
        foreach (var (path, digest) in files.OrderBy(file => file.Path, StringComparer.Ordinal)) lines.Append(digest.Hex).Append("  ").Append(path).Append('\n');
        return Cairn.Kernel.Digest.Of(Encoding.UTF8.GetBytes(lines.ToString()));
    }
}
