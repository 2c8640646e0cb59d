using System.Diagnostics;
using Cairn.EndToEnd.Tests.Running;

namespace Cairn.EndToEnd.Tests.Faults;

public class HomeTests
{
    [Fact]
    public async Task A_home_that_cannot_be_written_is_named_and_nothing_is_made()
    {
        using var folder = new TestFolder();
        Directory.CreateDirectory(folder.Home);
        File.SetUnixFileMode(folder.Home, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        Ended ended;
        if (Environment.UserName == "root")
        {
            // Root may write anywhere, so somebody else has to try.
            if (Sh($"runuser -u nobody -- test -x {CairnProcess.Binary}") != 0) Assert.Skip($"The user nobody may not run {CairnProcess.Binary}.");
            using var other = CairnProcess.StartBy(folder, "runuser", "-u", "nobody", "--", CairnProcess.Binary, "runs");
            ended = await other.End();
        }
        else
        {
            ended = await CairnProcess.Run(folder, "runs");
        }

        ended.ShouldFail(1, "home.read-only", folder.Home);
        Directory.EnumerateFileSystemEntries(folder.Home).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_home_of_a_killed_server_is_taken_over()
    {
        using var folder = new TestFolder();
        using (var up = CairnProcess.Start(folder, "up", "--port", "0"))
        {
            await up.Says("Cairn serves on");
            up.Kill();
        }

        File.Exists(Path.Combine(folder.Home, "cairn.sock")).ShouldBeTrue("a killed process tidies nothing up");
        (await CairnProcess.Run(folder, "runs")).ShouldSucceed();
    }

    [Fact]
    public async Task A_full_disk_fails_the_run_and_keeps_what_was_there()
    {
        using var folder = new TestFolder { Home = Path.Combine(Path.GetTempPath(), $"cairn-full-{Environment.ProcessId}") };
        Directory.CreateDirectory(folder.Home);
        if (Environment.UserName != "root" || Sh($"mount -t tmpfs -o size=6m cairn-full {folder.Home}") != 0)
        {
            Directory.Delete(folder.Home);
            Assert.Skip("Mounting a small tmpfs needs root and the right to mount.");
        }

        try
        {
            await folder.Project(Tables.Bank());
            (await CairnProcess.Run(folder, "run", "bank")).ShouldSucceed();
            var before = (await CairnProcess.Run(folder, "predict", "bank", "--json", Tables.Customer)).ShouldSucceed().Json.GetProperty("probability").GetDouble();
            Fill(Path.Combine(folder.Home, "ballast"));

            folder.Write("bank/data/bank.csv", Tables.Bank(4000, seed: 8));
            var full = await CairnProcess.Run(folder, "run", "bank");

            full.ExitCode.ShouldBe(1, full.All);
            full.Error.ShouldNotBeEmpty();
            full.Error.ShouldNotContain("   at ", Case.Sensitive, "a stack trace is no message");
            File.Delete(Path.Combine(folder.Home, "ballast"));
            (await CairnProcess.Run(folder, "doctor")).ShouldSucceed();
            (await CairnProcess.Run(folder, "predict", "bank", "--json", Tables.Customer)).ShouldSucceed().Json.GetProperty("probability").GetDouble().ShouldBe(before);
        }
        finally
        {
            Sh($"umount {folder.Home} || umount -l {folder.Home}").ShouldBe(0);
            Directory.Delete(folder.Home);
        }
    }

    private static void Fill(string path)
    {
        using var file = File.Create(path);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // Full: as wanted.
        }
    }

    private static int Sh(string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", command]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        shell.WaitForExit();
        return shell.ExitCode;
    }
}
