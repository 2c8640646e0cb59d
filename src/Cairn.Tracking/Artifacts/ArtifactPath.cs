using System.Text;
using System.Text.RegularExpressions;
using Cairn.Kernel;

namespace Cairn.Tracking.Artifacts;

/// <summary>
/// A path below a run or a package. Files are found by digest, so no path reaches the disk here; but clients write what they
/// download under these names, so one that could leave their folder in any reading is refused.
/// </summary>
internal static partial class ArtifactPath
{
    private const int Longest = 1000;

    public static Answer<string> Parse(string? path)
    {
        if (string.IsNullOrEmpty(path)) return Bad(path, "it is empty");
        if (path.Length > Longest) return Bad(path[..60] + "…", $"it has {path.Length} characters, {Longest} are allowed");

        var first = OfImage().Replace(path, "");
        for (var reading = first; ;)
        {
            if (Problem(reading) is { } problem) return Bad(path, reading == first ? problem : $"decoded, {problem}");
            var decoded = Uri.UnescapeDataString(reading);
            if (decoded == reading) break;
            reading = decoded;
        }

        return path;
    }

    /// <summary>
    /// MLflow's client names images <c>KEY%step%10%timestamp%1700000000000%UUID.png</c>, with a UUID that begins beyond f. These signs escape
    /// nothing, and what a decoder made of the digits would be single characters, never a dot or a slash.
    /// </summary>
    [GeneratedRegex("(?<=[^/])%step%[0-9]+%timestamp%[0-9]+%[g-z][0-9a-f]{7}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(%compressed)?(?=\\.[a-z]+$)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OfImage();

    private static string? Problem(string path)
    {
        var plain = Look(path);
        if (path.Any(char.IsControl) || HasLoneSurrogate(path)) return "it holds a control character";
        if (plain.Contains('\\')) return "it holds a backslash";
        if (plain.StartsWith('/')) return "it is absolute";
        if (plain.Length >= 2 && char.IsAsciiLetter(plain[0]) && plain[1] == ':') return "it begins with a drive";
        if (plain.Contains("://", StringComparison.Ordinal)) return "it is a URL";
        foreach (var part in plain.Split('/'))
        {
            if (part.Length == 0) return "it has an empty part between slashes";
            if (part.Trim() is "." or "..") return $"it has the part '{part}'";
        }

        // Bytes that are no UTF-8, such as %c0%ae (an overlong dot), stay escaped when decoded, and another decoder may read them otherwise.
        return InvalidEscape(path) ? "it escapes bytes that are no valid UTF-8" : null;
    }

    /// <summary>Characters that some systems fold into dots and slashes, folded.</summary>
    private static string Look(string path) => path
        .Replace('\uFF0E', '.').Replace('\u2024', '.').Replace("\u2025", "..", StringComparison.Ordinal).Replace("\u2026", "...", StringComparison.Ordinal)
        .Replace('\uFF0F', '/').Replace('\u2215', '/').Replace('\u2044', '/').Replace('\uFF3C', '\\').Replace('\u2216', '\\').Replace('\uFE68', '\\');

    private static bool InvalidEscape(string path)
    {
        for (var at = path.IndexOf('%', StringComparison.Ordinal); at >= 0 && at + 2 < path.Length; at = path.IndexOf('%', at + 1))
            if (path[at + 1] is '8' or '9' or 'a' or 'b' or 'c' or 'd' or 'e' or 'f' or 'A' or 'B' or 'C' or 'D' or 'E' or 'F'
                && char.IsAsciiHexDigit(path[at + 2]) && Uri.UnescapeDataString(path).Contains(path.AsSpan(at, 3), StringComparison.Ordinal))
                return true;
        return false;
    }

    private static bool HasLoneSurrogate(string text)
    {
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text);
            return false;
        }
        catch (EncoderFallbackException)
        {
            return true;
        }
    }

    private static Refusal.Invalid Bad(string? path, string problem) => new(
        "artifact.path-invalid",
        $"'{Printable(path)}' cannot be a path below a run: {problem}. A path is relative, with slashes between names, without '.' and '..': evaluation/roc.json.");

    private static string Printable(string? path) => string.Concat((path ?? "").Select(c => char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c.ToString()));
}
