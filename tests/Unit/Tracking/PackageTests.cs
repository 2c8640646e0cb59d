using System.Security.Cryptography;
using System.Text;
using Cairn.Kernel;

namespace Cairn.Unit.Tests.Tracking;

public sealed class PackagesOnSqlite : PackageTests
{
    protected override bool Postgres => false;

    [Fact]
    public async Task The_key_is_made_once_and_only_its_owner_reads_it()
    {
        var digests = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Home.Package($"p{i}"))));

        foreach (var digest in digests) (await Home.Packages.Open(WorkspaceId.Default, digest, default)).Refusal.ShouldBeNull();
        File.GetUnixFileMode(Path.Combine(Home.Folder, "keys", "signing.key")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(Path.Combine(Home.Folder, "keys")).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(["signing.key", "signing.pub"]);
    }

    [Fact]
    public async Task Digest_and_signature_can_be_checked_without_Cairn()
    {
        var digest = await Home.Package("content");
        var package = (await Home.Packages.Open(WorkspaceId.Default, digest, default)).Value.Package;

        // What `find -type f | sort | xargs sha256sum` prints of the folder, and `openssl dgst -sha256 -verify` reads.
        var lines = $"{Hex("flavors: {}")}  MLmodel\n{Hex("content")}  model.bin\n";

        digest.Hex.ShouldBe(Hex(lines));
        using var key = ECDsa.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(Home.Folder, "keys", "signing.pub")));
        key.VerifyData(Encoding.UTF8.GetBytes(lines), Convert.FromBase64String(package.Signature), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence).ShouldBeTrue();
    }

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

public sealed class PackagesOnPostgres : PackageTests
{
    protected override bool Postgres => true;
}

public abstract class PackageTests : TrackingTests
{
    [Fact]
    public async Task What_was_sealed_is_what_is_opened()
    {
        var digest = await Home.Package("the model");

        var opened = (await Home.Packages.Open(WorkspaceId.Default, digest, default)).Value;

        opened.Package.Digest.ShouldBe(digest);
        opened.Files.Keys.Order(StringComparer.Ordinal).ShouldBe(["MLmodel", "model.bin"]);
        Encoding.UTF8.GetString(opened.Files["model.bin"]).ShouldBe("the model");
        (await Home.Package("the model")).ShouldBe(digest);
        (await Home.Package("another")).ShouldNotBe(digest);
    }

    [Fact]
    public async Task A_file_altered_on_disk_is_refused_by_name()
    {
        var digest = await Home.Package("the model, which is long enough to change");
        var blob = Blob("the model, which is long enough to change");
        File.SetUnixFileMode(blob, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = await File.ReadAllBytesAsync(blob);
        bytes[5] ^= 1;
        await File.WriteAllBytesAsync(blob, bytes);

        var opened = await Home.Packages.Open(WorkspaceId.Default, digest, default);

        opened.Refusal!.Code.ShouldBe("package.altered");
        opened.Refusal.Detail.ShouldContain("model.bin");
    }

    [Fact]
    public async Task A_file_that_is_gone_is_refused_by_name()
    {
        var digest = await Home.Package("the model");
        File.Delete(Blob("the model"));

        var opened = await Home.Packages.Open(WorkspaceId.Default, digest, default);

        opened.Refusal!.Code.ShouldBe("package.altered");
        opened.Refusal.Detail.ShouldContain("model.bin");
    }

    [Fact]
    public async Task A_changed_list_of_files_is_refused()
    {
        var digest = await Home.Package("good");
        var other = await Home.Packages.Open(WorkspaceId.Default, await Home.Package("bad"), default);
        await Home.Database.Write(t => t.Execute(
            "UPDATE model_package_files SET digest = @bad WHERE package_digest = @digest AND path = 'model.bin'",
            new { bad = other.Value.Package.Files["model.bin"].Hex, digest = digest.Hex }));

        (await Home.Packages.Open(WorkspaceId.Default, digest, default)).Refusal!.Code.ShouldBe("package.altered");
    }

    [Fact]
    public async Task A_signature_of_a_key_that_is_not_trusted_here_is_refused()
    {
        var digest = await Home.Package("signed elsewhere");
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = Convert.ToBase64String(stranger.SignHash(Convert.FromHexString(digest.Hex), DSASignatureFormat.Rfc3279DerSequence));
        await Home.Database.Write(t => t.Execute("UPDATE model_packages SET signature = @signature", new { signature }));

        (await Home.Packages.Open(WorkspaceId.Default, digest, default)).Refusal!.Code.ShouldBe("package.signature");

        await File.WriteAllTextAsync(Path.Combine(Home.Folder, "keys", "stranger.pub"), stranger.ExportSubjectPublicKeyInfoPem());
        (await Home.Packages.Open(WorkspaceId.Default, digest, default)).Refusal.ShouldBeNull();

        await File.WriteAllTextAsync(Path.Combine(Home.Folder, "keys", "mistake.pub"), "ssh-ed25519 AAAA somebody@example");
        (await Home.Packages.Open(WorkspaceId.Default, digest, default)).Refusal.ShouldBeNull("a file that is no key counts for nothing");
    }

    [Fact]
    public async Task Packages_belong_to_their_workspace_and_need_an_MLmodel_and_safe_paths()
    {
        var digest = await Home.Package("mine");

        (await Home.Packages.Open(TrackingHome.Neighbour.Workspace, digest, default)).Refusal!.Code.ShouldBe("package.missing");
        (await Seal(("model.bin", "x"))).Refusal!.Code.ShouldBe("package.mlmodel-required");
        (await Seal(("MLmodel", "x"), ("../evil", "x"))).Refusal!.Code.ShouldBe("artifact.path-invalid");
        (await Seal(("MLmodel", "x"), ("a", "x"), ("a/b", "x"))).Refusal!.Code.ShouldBe("artifact.path-invalid");
    }

    private Task<Answer<Cairn.Tracking.ModelPackage>> Seal(params (string Path, string Content)[] files) => Home.Packages.Seal(
        WorkspaceId.Default, files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Content), StringComparer.Ordinal), default);

    private string Blob(string content)
    {
        var digest = Digest.Of(Encoding.UTF8.GetBytes(content));
        return Directory.EnumerateFiles(Path.Combine(Home.Folder, "blobs"), "*", SearchOption.AllDirectories)
            .Single(file => file.Replace("/", "", StringComparison.Ordinal).EndsWith(digest.Hex, StringComparison.Ordinal));
    }
}
