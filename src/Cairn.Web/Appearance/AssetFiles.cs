using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Cairn.Web.Appearance;

/// <summary>Style sheets, fonts and the icon, out of the assembly.</summary>
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

    public static byte[]? Find(string name) => Files.Value.GetValueOrDefault(name);

    private static FrozenDictionary<string, byte[]> Load()
    {
        var assembly = typeof(AssetFiles).Assembly;
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
