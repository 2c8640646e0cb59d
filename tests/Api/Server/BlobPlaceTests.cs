using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cairn.Server;
using Cairn.Unit.Tests.Storage;

namespace Cairn.Api.Tests.Server;

/// <summary>Homes whose blobs are in S3.</summary>
public sealed class BlobPlaceTests : IAsyncLifetime
{
    private S3Server _s3 = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _s3 = await S3Server.Start();

    public ValueTask DisposeAsync()
    {
        _s3?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Files_are_in_the_store_alone_and_the_home_remembers_where()
    {
        await using var home = await TestHome.Start(InS3);
        var file = await Put(home, "kept for good");
        (await home.Http.GetStringAsync("/health/ready", Cancelled)).ShouldContain("\"blobs\":\"ok\"");
        Directory.Exists(Path.Combine(home.Home, "blobs")).ShouldBeFalse();
        await home.Stop();
        Directory.Delete(Path.Combine(home.Home, "cache"), recursive: true);

        // The place is not said again: any command that becomes the owner of the home finds its blobs.
        await using var again = await TestHome.Start(home.Home, options => options with { Outside = Outside });

        (await again.Http.GetStringAsync(file, Cancelled)).ShouldBe("kept for good");
        (await again.Client.GetStorageAsync()).Kinds.ShouldContain(kind => kind.Kind == "cache");
    }

    [Fact]
    public async Task A_backup_of_such_a_home_finds_its_blobs_again()
    {
        await using var home = await TestHome.Start(InS3);
        var file = await Put(home, "kept for good");
        using var archive = new MemoryStream();
        await using (var backup = await home.Http.GetStreamAsync("/api/v1/backup", Cancelled)) await backup.CopyToAsync(archive, Cancelled);
        archive.Position = 0;
        await home.Stop();

        var folder = TestHome.NewFolder();
        (await Backups.Restore(archive, folder, replace: false, Cancelled)).Refusal.ShouldBeNull();

        await using var copy = await TestHome.Start(folder, options => options with { Outside = Outside });
        (await copy.Http.GetStringAsync(file, Cancelled)).ShouldBe("kept for good");
    }

    [Fact]
    public async Task Two_homes_do_not_share_a_place()
    {
        await using var home = await TestHome.Start(InS3);

        var second = await CairnServer.Start(InS3(new() { Home = TestHome.NewFolder(), LogFile = Path.GetTempFileName() }), Cancelled);

        second.Refusal!.Code.ShouldBe("blobs.taken");
    }

    [Fact]
    public async Task Blobs_that_were_in_the_home_are_copied_first()
    {
        await using var home = await TestHome.Start(options => options with { Outside = Outside });
        var file = await Put(home, "written to a folder");
        await home.Stop();

        var early = await CairnServer.Start(InS3(new() { Home = home.Home, LogFile = Path.GetTempFileName() }), Cancelled);
        early.Refusal!.Code.ShouldBe("blobs.not-copied");
        early.Refusal.Detail.ShouldContain($"aws s3 sync {home.Home}/blobs s3://{_s3.Bucket}/home");
        File.Exists(Path.Combine(home.Home, "blobs-at")).ShouldBeFalse("nothing has changed");

        foreach (var blob in Directory.EnumerateFiles(Path.Combine(home.Home, "blobs"), "*", SearchOption.AllDirectories))
            await _s3.Client.PutObjectAsync(new() { BucketName = _s3.Bucket, Key = $"home/{Path.GetRelativePath(Path.Combine(home.Home, "blobs"), blob)}", FilePath = blob }, Cancelled);
        Directory.Delete(Path.Combine(home.Home, "blobs"), recursive: true);
        await using var moved = await TestHome.Start(home.Home, InS3);

        (await moved.Http.GetStringAsync(file, Cancelled)).ShouldBe("written to a folder");
    }

    [Theory]
    [InlineData("s3://bucket", null, "server.blobs-invalid")]
    [InlineData("/a/folder", null, "server.blobs-invalid")]
    [InlineData("s3://no-such-bucket-here/x", null, "object.missing")]
    [InlineData("s3://bucket/x", "much", "server.blobs-invalid")]
    public async Task A_place_that_cannot_be_used_is_refused(string place, string? cache, string code)
    {
        var started = await CairnServer.Start(
            new() { Home = TestHome.NewFolder(), LogFile = Path.GetTempFileName(), Blobs = place, BlobCache = cache, Outside = Outside }, Cancelled);

        started.Refusal!.Code.ShouldBe(code);
    }

    private OutsideOptions Outside => new() { S3Endpoint = _s3.Options.Endpoint!.ToString(), S3AccessKey = _s3.Options.AccessKey, S3SecretKey = _s3.Options.SecretKey };

    private ServerOptions InS3(ServerOptions options) => options with { Blobs = _s3.Place.ToString(), Outside = Outside };

    /// <returns>Where it can be read.</returns>
    private static async Task<string> Put(TestHome home, string text)
    {
        var created = await home.Http.PostAsJsonAsync("/api/2.0/mlflow/runs/create", new { experiment_id = "0" }, Cancelled);
        var run = (string)JsonNode.Parse(await created.Content.ReadAsStringAsync(Cancelled))!["run"]!["info"]!["run_id"]!;
        var place = $"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/file.txt";
        (await home.Http.PutAsync(place, new StringContent(text), Cancelled)).EnsureSuccessStatusCode();
        return place;
    }
}
