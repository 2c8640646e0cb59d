using System.Security.Cryptography;

namespace Cairn.Kernel;

/// <summary>The SHA-256 of some content, written as 64 lower-case hex digits.</summary>
public readonly record struct Digest
{
    private readonly string? _hex;

    private Digest(string hex) => _hex = hex;

    public string Hex => _hex ?? throw new InvalidOperationException("An empty digest names nothing.");

    /// <value>The first 8 digits: what people read.</value>
    public string Short => Hex[..8];

    public static Digest Of(ReadOnlySpan<byte> content) => new(Convert.ToHexStringLower(SHA256.HashData(content)));

    public static async Task<Digest> Of(Stream content, CancellationToken cancellation) =>
        new(Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation)));

    public static Digest FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length == 32 ? new(Convert.ToHexStringLower(hash)) : throw new ArgumentException("A SHA-256 has 32 bytes.", nameof(hash));

    public static bool TryParse(string? text, out Digest digest)
    {
        var valid = text is { Length: 64 } && text.AsSpan().IndexOfAnyExcept(Uuid7.LowerHex) < 0;
        digest = valid ? new(text!) : default;
        return valid;
    }

    public static Digest Parse(string text) => TryParse(text, out var digest) ? digest : throw new FormatException($"'{text}' is not 64 hex digits.");

    public override string ToString() => Hex;
}
