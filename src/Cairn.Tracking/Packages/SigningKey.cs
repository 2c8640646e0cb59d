using System.Security.Cryptography;
using Cairn.Kernel;

namespace Cairn.Tracking.Packages;

/// <summary>
/// The home's key: ECDSA P-256 in <c>home/keys/signing.key</c>, made on first use, readable by its owner only; the public half
/// lies beside it. Every <c>.pub</c> file in that folder is trusted, so packages of another home open once its public key was put there.
/// </summary>
internal sealed class SigningKey(string home)
{
    private readonly Lock _making = new();
    private string? _privatePem;

    public string Folder { get; } = Path.Combine(home, "keys");

    private string PrivateFile => Path.Combine(Folder, "signing.key");

    private string PublicFile => Path.Combine(Folder, "signing.pub");

    /// <summary>The manifest is what is signed: its SHA-256 is the digest, so <c>openssl dgst -sha256 -verify</c> over the manifest agrees.</summary>
    public string Sign(Digest digest)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(PrivatePem());
        return Convert.ToBase64String(key.SignHash(Convert.FromHexString(digest.Hex), DSASignatureFormat.Rfc3279DerSequence));
    }

    public bool Verify(Digest digest, string signature)
    {
        var bytes = new byte[signature.Length];
        if (!Directory.Exists(Folder) || !Convert.TryFromBase64String(signature, bytes, out var length)) return false;

        foreach (var file in Directory.EnumerateFiles(Folder, "*.pub").Order(StringComparer.Ordinal))
        {
            using var key = ECDsa.Create();
            if (!TryImport(key, file)) continue;
            if (key.VerifyHash(Convert.FromHexString(digest.Hex), bytes.AsSpan(0, length), DSASignatureFormat.Rfc3279DerSequence)) return true;
        }

        return false;
    }

    /// <summary>False for a file that holds no public key: one that was put there by mistake must not stop every package from opening.</summary>
    private static bool TryImport(ECDsa key, string file)
    {
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return true;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return false;
        }
    }

    private string PrivatePem()
    {
        lock (_making)
        {
            if (_privatePem is not null) return _privatePem;
            if (!File.Exists(PrivateFile)) Make();
            return _privatePem = File.ReadAllText(PrivateFile);
        }
    }

    private void Make()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Folder);
        else Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(PublicFile)) File.Move(PublicFile, Path.Combine(Folder, $"signing-{Digest.Of(File.ReadAllBytes(PublicFile)).Short}.pub"), overwrite: true);
        Write(PublicFile, key.ExportSubjectPublicKeyInfoPem() + "\n", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Write(PrivateFile, key.ExportPkcs8PrivateKeyPem() + "\n", UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Whole or not at all: a torn key would orphan every package signed with it. The second flush also carries the rename.</summary>
    private static void Write(string file, string content, UnixFileMode mode)
    {
        var temporary = file + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        using (var stream = new FileStream(temporary, options))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(content));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, file, overwrite: true);
        using var moved = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        moved.Flush(flushToDisk: true);
    }
}
