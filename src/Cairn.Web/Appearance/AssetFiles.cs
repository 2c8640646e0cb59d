using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;

namespace Cairn.Web.Appearance;

/// <summary>Style sheets, scripts, fonts and the icon, out of the assembly. Text lies there compressed, both ways that browsers take.</summary>
internal static class AssetFiles
{
    private const string Prefix = "assets/";

    private static readonly Lazy<FrozenDictionary<string, byte[]>> Files = new(Load);

    private static readonly Lazy<string> Digest = new(() =>
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, content) in Files.Value.OrderBy(file => file.Key, StringComparer.Ordinal)) hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    });

    /// <value>Changes with any file: part of every asset's address, so that browsers may keep them for ever.</value>
    public static string Version => Digest.Value;

    public static string UrlOf(string name) => $"/assets/{Version}/{name}";

    /// <param name="accepts">What the browser can unpack: its <c>Accept-Encoding</c>.</param>
    /// <returns>The content and its encoding; null: as it is. Nothing when there is no such file.</returns>
    public static (byte[] Content, string? Encoding)? Find(string name, string accepts)
    {
        if (Files.Value.GetValueOrDefault(name) is { } whole) return (whole, null);
        if (accepts.Contains("br", StringComparison.Ordinal) && Files.Value.GetValueOrDefault(name + ".br") is { } brotli) return (brotli, "br");
        if (Files.Value.GetValueOrDefault(name + ".gz") is not { } gzip) return null;
        return accepts.Contains("gzip", StringComparison.Ordinal) ? (gzip, "gzip") : (Unpack(gzip), null);
    }

    private static byte[] Unpack(byte[] gzip)
    {
        using var unpacked = new MemoryStream();
        using var stream = new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress);
        stream.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    private static FrozenDictionary<string, byte[]> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToFrozenDictionary(
            name => name[Prefix.Length..].Replace('\\', '/'),
            name =>
            {
                using var content = assembly.GetManifestResourceStream(name)!;
                var bytes = new byte[content.Length];
                content.ReadExactly(bytes);
                return bytes;
            },
            StringComparer.Ordinal);
    }
}
