using Cairn.Kernel;

namespace Cairn.Tracking.Experiments;

/// <summary>Where the runs of an experiment keep their files when that is not this server: clients go there themselves, the server never does.</summary>
internal static class ArtifactLocation
{
    private const int Longest = 2048;

    /// <summary>As it is stored: what has no scheme is a folder, and a relative one is below the server's working folder.</summary>
    public static Answer<string> Read(string given)
    {
        if (given.Length > Longest) return Invalid($"Invalid artifact path length. The length of the artifact path cannot be greater than {Longest}.");
        if (given.Any(char.IsControl)) return Invalid("'artifact_location' holds a control character.");
        if (given.Contains('#', StringComparison.Ordinal) || given.Contains(';', StringComparison.Ordinal)) return Invalid("'artifact_location' URL can't include fragments or params.");
        if (given.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query && Uri.UnescapeDataString(given[query..]).Contains("..", StringComparison.Ordinal))
            return Invalid("Invalid query string: it holds '..'.");
        if (given.StartsWith("runs:", StringComparison.OrdinalIgnoreCase)) return Invalid($"Artifact locations cannot be a runs:/ URI. Given: '{given}'");
        return given.Contains(':', StringComparison.Ordinal) || given.StartsWith('/') ? given : Path.GetFullPath(given);
    }

    private static Refusal.Invalid Invalid(string detail) => new("experiment.artifact-location-invalid", detail);
}
