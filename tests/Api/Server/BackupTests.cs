using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Cairn.Api.Tests.Serving;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Server;
using Cairn.Serving.Log;
using Cairn.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Server;

public class BackupTests
{
    [Fact]
    public async Task A_backup_of_a_running_server_restores_into_another_home_with_everything_in_it()
    {
        await using var home = await TestHome.Start();
        await home.Client.CreateExperimentAsync(new("kept"));
        var blob = await home.Server.Services.GetRequiredService<IBlobStore>().Write(new MemoryStream("content"u8.ToArray()), default);
        var archive = await Backup(home);
        await home.Client.CreateExperimentAsync(new("too late"));

        var folder = TestHome.NewFolder();
        var restored = await Backups.Restore(archive, folder, replace: false, default);

        restored.Refusal.ShouldBeNull();
        restored.Value.Replaced.ShouldBeNull();
        await using var copy = await TestHome.Start(folder);
        (await copy.Client.ListExperimentsAsync()).Items.Select(experiment => experiment.Name).ShouldBe(["kept", "Default"], ignoreOrder: true);
        (await copy.Server.Services.GetRequiredService<IBlobStore>().Verify(blob.Digest, default)).ShouldBeTrue();
        (await home.Client.ListAuditAsync()).Items.ShouldContain(entry => entry.Action == "server.backup");
        Directory.GetFiles(Path.Combine(home.Home, "tmp")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_log_of_predictions_is_part_of_a_backup_with_its_segments()
    {
        await using var home = await TestHome.Start();
        var rolled = await Log(home);
        await LateClock.Seal(home.Server.Services);
        var standing = await Log(home);
        var archive = await Backup(home);
        var late = await Log(home);

        var folder = TestHome.NewFolder();
        (await Backups.Restore(archive, folder, replace: false, default)).Refusal.ShouldBeNull();

        await using var copy = await TestHome.Start(folder);
        (await copy.Client.ListPredictionsAsync()).Items.Select(prediction => prediction.PredictionId).ShouldBe([standing, rolled]);
        (await copy.Client.GetPredictionAsync(rolled)).Features.ShouldNotBeNull().Select(feature => feature.Value).ShouldBe([1, null]);
        (await Should.ThrowAsync<Cairn.Client.CairnException>(() => copy.Client.GetPredictionAsync(late))).Code.ShouldBe("prediction.unknown");
        Directory.GetFiles(Path.Combine(home.Home, "tmp")).ShouldBeEmpty();
    }

    [Fact]
    public async Task No_blob_is_removed_while_a_backup_is_written()
    {
        await using var home = await TestHome.Start();
        var blobs = home.Server.Services.GetRequiredService<IBlobStore>();
        var large = await blobs.Write(new MemoryStream(new byte[64 << 20]), default); // more than buffers on the way take
        var response = await home.Http.GetAsync("/api/v1/backup", HttpCompletionOption.ResponseHeadersRead);

        (await blobs.Remove(large.Digest, default)).ShouldBeFalse();

        await response.Content.CopyToAsync(Stream.Null);
        response.Dispose();
        while (!await blobs.Remove(large.Digest, default)) await Task.Delay(10, TestContext.Current.CancellationToken);
        (await blobs.Open(large.Digest, default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_backup_that_is_called_off_holds_nothing_back()
    {
        await using var home = await TestHome.Start();
        var blobs = home.Server.Services.GetRequiredService<IBlobStore>();
        var large = await blobs.Write(new MemoryStream(new byte[64 << 20]), default);
        var response = await home.Http.GetAsync("/api/v1/backup", HttpCompletionOption.ResponseHeadersRead);

        response.Dispose();

        while (!await blobs.Remove(large.Digest, default)) await Task.Delay(10, TestContext.Current.CancellationToken);
        Directory.GetFiles(Path.Combine(home.Home, "tmp")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_gzipped_backup_restores_too()
    {
        await using var home = await TestHome.Start();
        var zipped = new MemoryStream();
        await using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true)) await (await Backup(home)).CopyToAsync(gzip);
        zipped.Position = 0;
        var folder = TestHome.NewFolder();

        (await Backups.Restore(zipped, folder, replace: false, default)).Refusal.ShouldBeNull();

        File.Exists(Path.Combine(folder, "cairn.db")).ShouldBeTrue();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_home_in_use_is_refused()
    {
        await using var home = await TestHome.Start();

        (await Backups.Restore(await Backup(home), home.Home, replace: true, default)).Refusal!.Code.ShouldBe("home.owned");
    }

    [Fact]
    public async Task A_home_that_holds_something_is_refused_or_moved_aside_as_asked()
    {
        await using var home = await TestHome.Start();
        var archive = await Backup(home);
        var folder = TestHome.NewFolder();
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "cairn.db"), "precious");

        var refused = await Backups.Restore(archive, folder, replace: false, default);
        archive.Position = 0;
        var replaced = await Backups.Restore(archive, folder, replace: true, default);

        refused.Refusal!.Code.ShouldBe("restore.home-not-empty");
        (await File.ReadAllTextAsync(Path.Combine(replaced.Value.Replaced!, "cairn.db"))).ShouldBe("precious");
        await using var copy = await TestHome.Start(folder);
        (await copy.Client.AboutAsync()).Home.ShouldBe(folder);
    }

    [Theory]
    [InlineData("../escaped")]
    [InlineData("/tmp/escaped")]
    [InlineData("blobs/../../escaped")]
    [InlineData("blobs//x")]
    [InlineData("cairn.sock")]
    public async Task A_path_out_of_the_home_or_onto_what_its_owner_keeps_is_refused_and_nothing_is_written(string name)
    {
        var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, leaveOpen: true))
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("bad"u8.ToArray()) });
        archive.Position = 0;
        var folder = TestHome.NewFolder();

        (await Backups.Restore(archive, folder, replace: false, default)).Refusal!.Code.ShouldBe("restore.not-a-backup");

        Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).ShouldBe(["lock"]);
        File.Exists("/tmp/escaped").ShouldBeFalse();
    }

    [Fact]
    public async Task A_symbolic_link_in_the_archive_is_refused()
    {
        var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, leaveOpen: true))
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "blobs") { LinkName = "/etc" });
        archive.Position = 0;

        (await Backups.Restore(archive, TestHome.NewFolder(), replace: false, default)).Refusal!.Code.ShouldBe("restore.not-a-backup");
    }

    [Fact]
    public async Task An_altered_a_cut_off_and_a_strange_archive_are_told_apart_and_leave_the_home_empty()
    {
        await using var home = await TestHome.Start();
        var whole = (await Backup(home)).ToArray();
        var altered = (byte[])whole.Clone();
        altered[Encoding.ASCII.GetString(whole).IndexOf("SQLite format 3", StringComparison.Ordinal) + 200] ^= 1;
        var folder = TestHome.NewFolder();

        (await Restore(altered)).ShouldBe("restore.altered");
        (await Restore(whole[..(whole.Length / 2)])).ShouldBe("restore.incomplete");
        (await Restore(whole[..1024])).ShouldBe("restore.incomplete");
        (await Restore(Encoding.UTF8.GetBytes(new string('x', 5000)))).ShouldBe("restore.not-a-backup");
        (await Restore([])).ShouldBe("restore.not-a-backup");
        Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).ShouldBe(["lock"]);

        async Task<string> Restore(byte[] archive) => (await Backups.Restore(new MemoryStream(archive), folder, replace: false, default)).Refusal!.Code;
    }

    /// <summary>Logs one prediction and returns its id.</summary>
    private static async Task<string> Log(TestHome home)
    {
        var package = CoffeeModel.Package(seed: 1);
        var predictor = Predictor.Load(new(new(Digest.Of("package"u8), "", new Dictionary<string, Digest>(StringComparer.Ordinal)), package)).Value;
        var source = new LogSource(LogSourceRow.Of(WorkspaceId.Default, "churn", "champion", "churn", 1, predictor), predictor, () => null);
        var records = new LogRecords();
        var id = Uuid7.NewGuid(TimeProvider.System);
        records.Add(id, TimeProvider.System.Micros(), 1, source, RecordFlags.None, 0.7, [1, float.NaN], "C-1"u8, "test"u8);
        await home.Server.Services.GetRequiredService<PredictionLog>().Append(source, records);
        return id.ToString("N");
    }

    private static async Task<MemoryStream> Backup(TestHome home)
    {
        var archive = new MemoryStream();
        await home.Client.BackupAsync(archive);
        archive.Position = 0;
        return archive;
    }
}
