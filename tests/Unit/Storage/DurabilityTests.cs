using System.Diagnostics;
using System.Text.RegularExpressions;
using Cairn.Kernel;
using Cairn.Storage.Blobs;
using Cairn.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cairn.Unit.Tests.Storage;

public sealed partial class DurabilityTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("cairn-test-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData(50)]
    [InlineData(400)]
    public async Task Everything_acknowledged_is_there_after_a_kill(int acknowledgements)
    {
        using var child = Process.Start(ChildProcess.StartInfo(nameof(ChildProcess.Writes_until_it_is_killed), _home))!;
        var said = new List<string>();
        while (said.Count(IsAcknowledgement) < acknowledgements && await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line) said.Add(line);
        child.Kill();
        while (await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line) said.Add(line);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);

        said.Count(IsAcknowledgement).ShouldBeGreaterThanOrEqualTo(acknowledgements);
        await using var database = SqliteDatabase.Open(_home, TimeProvider.System, NullLogger.Instance);
        var stored = (await database.Read(t => t.Query<long>("SELECT id FROM acks"))).ToHashSet();
        said.Where(IsAcknowledgement).Select(line => long.Parse(line[4..])).ShouldBeSubsetOf(stored);
        (await database.Read(t => t.Scalar<long>("SELECT count(*) FROM events"))).ShouldBe(stored.Count, "each row has its event, and no event is without its row");
        (await database.Read(t => t.Scalar<string>("PRAGMA integrity_check"))).ShouldBe("ok");

        var blobs = FolderBlobStore.Open(_home);
        foreach (var line in said.Where(line => line.StartsWith("blob ", StringComparison.Ordinal)))
        {
            (await blobs.Verify(Digest.Parse(line[5..]), TestContext.Current.CancellationToken)).ShouldBeTrue(line);
        }

        Directory.GetFiles(Path.Combine(_home, "blobs", "unfinished")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_log_is_synced_between_a_write_and_its_acknowledgement()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "strace is not installed; ./test.sh installs it when root.");
        var trace = Path.Combine(_home, "trace.txt");
        using var child = Process.Start(ChildProcess.StartInfo(nameof(ChildProcess.Writes_twenty_rows), _home, "/usr/bin/strace", "-f", "-y", "-s", "16", "-e", "trace=fdatasync,fsync,pwrite64,write", "-o", trace))!;
        await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipUnless(child.ExitCode == 0, $"strace may not trace here (exit code {child.ExitCode}).");

        var calls = CompletedCalls(File.ReadLines(trace)).ToList();
        var acknowledged = 0;
        var (written, synced) = (false, false);
        foreach (var call in calls)
        {
            if (call.StartsWith("pwrite64(", StringComparison.Ordinal) && call.Contains("cairn.db-wal>", StringComparison.Ordinal)) (written, synced) = (true, false);
            if (Sync().IsMatch(call)) synced = true;
            if (!call.Contains("\"ack ", StringComparison.Ordinal)) continue;

            acknowledged++;
            written.ShouldBeTrue($"acknowledgement {acknowledged} came without a write to the log");
            synced.ShouldBeTrue($"acknowledgement {acknowledged} came before the log was synced");
            (written, synced) = (false, false);
        }

        acknowledged.ShouldBe(20);
    }

    private static bool IsAcknowledgement(string line) => line.StartsWith("ack ", StringComparison.Ordinal);

    /// <summary>Calls in the order in which they ended; strace splits those during which another thread called.</summary>
    private static IEnumerable<string> CompletedCalls(IEnumerable<string> lines)
    {
        var begun = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            var (thread, rest) = line.Split(' ', 2, StringSplitOptions.TrimEntries) is [var left, var right] ? (left, right) : ("", line);
            if (rest.EndsWith("<unfinished ...>", StringComparison.Ordinal)) begun[thread] = rest;
            else if (rest.StartsWith("<...", StringComparison.Ordinal) && begun.Remove(thread, out var start)) yield return start + rest;
            else yield return rest;
        }
    }

    [GeneratedRegex(@"^f(data)?sync\(\d+<[^>]*cairn\.db-wal>.*= 0$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sync();
}
