using System.Diagnostics;
using Cairn.Storage;
using Cairn.Storage.Blobs;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Storage;

public sealed class BrokenHomeTests : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;
    private bool _mounted;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_mounted) await Run("umount", "-l", _home);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public void A_file_that_is_no_database_is_corrupt()
    {
        File.WriteAllText(Path.Combine(_home, "cairn.db"), new string('x', 9000));

        var failure = Should.Throw<StorageException>(() => SqliteDatabase.Open(_home, TimeProvider.System, NullLogger.Instance));

        failure.Fault.ShouldBe(StorageFault.Corrupt);
        failure.Message.ShouldContain("cairn restore");
        failure.Message.ShouldContain(Path.Combine(_home, "backups"));
    }

    [Fact]
    public async Task Damaged_pages_are_corrupt()
    {
        await using (var database = Open())
        {
            await database.Write(t => t.Execute("CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT)"));
            await database.Write(t => t.Execute("INSERT INTO notes (id, text) VALUES (@id, @text)",
                Enumerable.Range(0, 500).Select(id => new { id, text = new string('x', 300) })));
        }

        var path = Path.Combine(_home, "cairn.db");
        using (var file = File.OpenWrite(path))
        {
            var garbage = new byte[100_000];
            new Random(3).NextBytes(garbage);
            file.Seek(-garbage.Length, SeekOrigin.End);
            file.Write(garbage);
        }

        await using var damaged = Open();
        var failure = await Should.ThrowAsync<StorageException>(() => damaged.Read(t => t.Query<string>("SELECT text FROM notes ORDER BY id")));

        failure.Fault.ShouldBe(StorageFault.Corrupt);
    }

    [Fact]
    public async Task A_read_only_home_says_so()
    {
        await MakeReadOnly();

        var database = Should.Throw<StorageException>(() => SqliteDatabase.Open(_home, TimeProvider.System, NullLogger.Instance));
        var blobs = Should.Throw<StorageException>(() => FolderBlobStore.Open(_home));

        database.Fault.ShouldBe(StorageFault.ReadOnly);
        database.Message.ShouldContain("--home");
        blobs.Fault.ShouldBe(StorageFault.ReadOnly);
    }

    [Fact]
    public async Task A_disk_that_fills_up_fails_what_does_not_fit_and_nothing_else()
    {
        await Mount("size=2m");
        await using var database = Open();
        await database.Write(t => t.Execute("CREATE TABLE notes (id BIGINT PRIMARY KEY, text TEXT)"));
        var blobs = FolderBlobStore.Open(_home);

        var blob = await Should.ThrowAsync<StorageException>(() => blobs.Write(new MemoryStream(new byte[4_000_000]), CancellationToken.None));
        blob.Fault.ShouldBe(StorageFault.DiskFull);
        Directory.GetFiles(Path.Combine(_home, "blobs", "unfinished")).ShouldBeEmpty();

        var acknowledged = new List<long>();
        StorageException? row = null;
        for (var id = 1L; id < 100 && row is null; id++)
        {
            try
            {
                await database.Write(t => t.Execute("INSERT INTO notes (id, text) VALUES (@id, @text)", new { id, text = new string('x', 100_000) }));
                acknowledged.Add(id);
            }
            catch (StorageException e)
            {
                row = e;
            }
        }

        row!.Fault.ShouldBe(StorageFault.DiskFull);
        (await database.Read(t => t.Query<long>("SELECT id FROM notes ORDER BY id"))).ShouldBe(acknowledged);
        (await Run("mount", "-o", "remount,size=32m", _home)).ShouldBe(0);
        await database.Write(t => t.Execute("INSERT INTO notes (id) VALUES (1000)"));
    }

    private SqliteDatabase Open() => SqliteDatabase.Open(_home, TimeProvider.System, NullLogger.Instance);

    private async Task MakeReadOnly()
    {
        // Permissions do not stop root; a read-only mount does.
        if (Environment.UserName == "root") await Mount("ro");
        else if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_home, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private async Task Mount(string options)
    {
        _mounted = await Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", _home) == 0;
        Assert.SkipUnless(_mounted, "Mounting a small file system takes rights this user does not have.");
    }

    private static async Task<int> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
