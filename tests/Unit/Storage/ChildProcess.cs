using System.Diagnostics;
using Cairn.Kernel;
using Cairn.Storage.Blobs;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Storage;

/// <summary>
/// What a second process does for <see cref="DurabilityTests"/>: it runs this executable with one of these explicit tests, which
/// write to a home and say on the console what was acknowledged.
/// </summary>
public sealed class ChildProcess
{
    private const string HomeVariable = "CAIRN_TEST_CHILD_HOME";

    private readonly string _home = Environment.GetEnvironmentVariable(HomeVariable) ?? "";
    private readonly Lock _console = new();

    /// <param name="test">The name of one of the tests below.</param>
    /// <param name="before">A program that runs this one, with its arguments.</param>
    public static ProcessStartInfo StartInfo(string test, string home, params string[] before)
    {
        string[] command = [.. before, Environment.ProcessPath!, "-explicit", "only", "-method", $"{typeof(ChildProcess).FullName}.{test}"];
        var info = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, UseShellExecute = false };
        info.Environment[HomeVariable] = home;
        return info;
    }

    [Fact(Explicit = true)]
    public async Task Writes_twenty_rows()
    {
        await using var database = await Open();
        for (var i = 1L; i <= 20; i++) await Acknowledge(database, i);
    }

    [Fact(Explicit = true)]
    public async Task Writes_until_it_is_killed()
    {
        await using var database = await Open();
        var blobs = FolderBlobStore.Open(_home);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = (long)writer; ; i += 8)
            {
                await Acknowledge(database, i);
                using var content = new MemoryStream(BitConverter.GetBytes(i));
                Say($"blob {(await blobs.Write(content, CancellationToken.None)).Digest}");
            }
        })));
    }

    private async Task<SqliteDatabase> Open()
    {
        Assert.SkipWhen(_home.Length == 0, "Only for a child process of DurabilityTests.");
        var database = SqliteDatabase.Open(_home, TimeProvider.System, NullLogger.Instance);
        await database.Write(t => t.Execute("CREATE TABLE acks (id BIGINT PRIMARY KEY, filling TEXT NOT NULL)"));
        return database;
    }

    private async Task Acknowledge(SqliteDatabase database, long id)
    {
        await database.Write(t =>
        {
            t.Execute("INSERT INTO acks (id, filling) VALUES (@id, @filling)", new { id, filling = new string('x', 200) });
            return t.Emit(new(WorkspaceId.Default, "ack.made", $"acks/{id}"));
        });
        Say($"ack {id}");
    }

    private void Say(string line)
    {
        lock (_console) Console.Out.WriteLine(line);
    }
}
