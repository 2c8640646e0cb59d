using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Mlflow.Import;

/// <summary>Where a store says that files are, read as a folder of this machine.</summary>
internal static class ArtifactPlace
{
    private const string Proxied = "mlflow-artifacts:", OfFile = "file:";

    /// <summary>On another machine, and not to be copied.</summary>
    public static bool Stays(MlflowSource source, string location) => IsRemote(location) && !(source.CopyS3 && ObjectAddress.Is(location));

    private static bool IsRemote(string location) =>
        location.IndexOf(":/", StringComparison.Ordinal) is > 1 && !location.StartsWith(Proxied, StringComparison.OrdinalIgnoreCase) && !location.StartsWith(OfFile, StringComparison.OrdinalIgnoreCase);

    /// <summary>The folder that a location of this machine means, as a real path that may be read.</summary>
    public static Answer<string> Folder(MlflowSource source, string location)
    {
        if (location.Contains('\0', StringComparison.Ordinal)) return new Refusal.Invalid("import.files-outside", "Its place holds a NUL character.");
        var path = location.StartsWith(Proxied, StringComparison.OrdinalIgnoreCase) ? Path.Combine(source.Artifacts, Below(location[Proxied.Length..]))
            : location.StartsWith(OfFile, StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(AfterHost(location[OfFile.Length..]))
            : location;
        var whole = Path.GetFullPath(path, source.Folder);
        return source.Readable(whole) is { } real
            ? real
            : new Refusal.Invalid("import.files-outside", $"Its files are in {whole}, where the server may not read. Start the server with --data-root {whole}, or a folder above, and import again.");
    }

    /// <summary>Behind the host of <c>//host/path</c>, if there is one.</summary>
    private static string AfterHost(string rest) => rest.StartsWith("//", StringComparison.Ordinal) && rest.IndexOf('/', 2) is var slash and > 0 ? rest[slash..] : rest;

    private static string Below(string rest) => Uri.UnescapeDataString(AfterHost(rest)).TrimStart('/');
}
