using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cairn.Client;
using Cairn.Kernel;
using Cairn.Server;
using Cairn.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Cairn.Api.Tests.Server;

/// <summary>Exactly one process owns a home.</summary>
public class HomeTests
{
    [Fact]
    public async Task A_second_server_on_the_same_home_is_refused_and_told_who_owns_it()
    {
        await using var home = await TestHome.Start();

        var second = await Start(home.Home);

        var refusal = second.Refusal.ShouldBeOfType<Refusal.Conflict>();
        refusal.Code.ShouldBe("home.owned");
        refusal.Detail.ShouldContain($"process {Environment.ProcessId}");
        refusal.Detail.ShouldContain(home.Server.Url!.GetLeftPart(UriPartial.Authority));
        (await home.Client.AboutAsync()).Home.ShouldBe(home.Home); // and the first one goes on
    }

    [Fact]
    public async Task The_home_of_a_killed_process_is_taken_over_at_once()
    {
        var folder = TestHome.NewFolder();
        Directory.CreateDirectory(folder);
        using var owner = Process.Start(new ProcessStartInfo("flock", ["-n", "--no-fork", Path.Combine(folder, "lock"), "sleep", "600"]))!;
        await WaitUntil(() => Task.FromResult(IsHeld(Path.Combine(folder, "lock"))));
        await File.WriteAllTextAsync(Path.Combine(folder, "server.json"), $$"""{"pid":{{owner.Id}},"url":null,"socket":"x","started_at":0}""");
        using (var stale = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) stale.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, "cairn.sock")));
        (await Start(folder)).Refusal!.Detail.ShouldContain($"process {owner.Id}");

        owner.Kill(entireProcessTree: true); // SIGKILL
        await owner.WaitForExitAsync(TestContext.Current.CancellationToken);

        await using var home = await TestHome.Start(folder);
        (await home.Client.AboutAsync()).Home.ShouldBe(folder);
    }

    [Fact]
    public async Task A_stopped_server_leaves_neither_socket_nor_owner_and_starts_again()
    {
        var home = await TestHome.Start();
        await home.Client.CreateExperimentAsync(new("kept"));
        await home.Stop();

        File.Exists(Path.Combine(home.Home, "cairn.sock")).ShouldBeFalse();
        File.Exists(Path.Combine(home.Home, "server.json")).ShouldBeFalse();
        await using var again = await TestHome.Start(home.Home);
        (await again.Client.ListExperimentsAsync()).Items.ShouldContain(experiment => experiment.Name == "kept");
    }

    [Fact]
    public async Task The_home_the_socket_and_the_lock_are_for_their_owner_only()
    {
        await using var home = await TestHome.Start();

        File.GetUnixFileMode(home.Home).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in new[] { "cairn.sock", "lock", "server.json" })
            File.GetUnixFileMode(Path.Combine(home.Home, file)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
    }

    [Fact]
    public async Task A_home_that_cannot_be_written_is_refused()
    {
        // Root writes through any mode, but not into sysfs.
        var folder = Environment.UserName == "root" ? "/sys/kernel/cairn-test" : Path.Combine(Directory.CreateDirectory(TestHome.NewFolder(), UnixFileMode.UserRead | UnixFileMode.UserExecute).FullName, "home");

        var refusal = (await Start(folder)).Refusal.ShouldNotBeNull();

        refusal.Code.ShouldBe("home.read-only");
        refusal.Detail.ShouldContain(folder);
        refusal.Detail.ShouldContain("--home");
    }

    [Fact]
    public async Task A_home_that_is_a_file_or_too_deep_for_a_socket_is_refused()
    {
        var file = Path.GetTempFileName();

        (await Start(file)).Refusal!.Code.ShouldBe("home.not-a-folder");
        (await Start(Path.Combine(Path.GetTempPath(), new string('x', 120)))).Refusal!.Code.ShouldBe("home.path-too-long");

        File.Delete(file);
    }

    [Fact]
    public async Task A_home_of_a_newer_Cairn_is_refused_and_can_be_opened_by_it_again()
    {
        var home = await TestHome.Start();
        await home.Server.Services.GetRequiredService<Database>().Write(transaction => transaction.Execute(
            "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (9999, 'future', 'x', 0)"));
        await home.Stop();

        var refusal = (await Start(home.Home)).Refusal.ShouldNotBeNull();
        var again = (await Start(home.Home)).Refusal.ShouldNotBeNull();

        refusal.Code.ShouldBe("home.too-new");
        again.Code.ShouldBe("home.too-new"); // and not owned: the refused start let go of the lock
        Directory.Delete(home.Home, recursive: true);
    }

    [Fact]
    public async Task Of_two_servers_that_start_at_once_on_one_port_the_slower_is_refused()
    {
        int port;
        using (var free = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            port = ((IPEndPoint)free.LocalEndPoint!).Port;
        }

        string[] folders = [TestHome.NewFolder(), TestHome.NewFolder()];
        var started = await Task.WhenAll(folders.Select(folder => Task.Run(() => CairnServer.Start(new ServerOptions { Home = folder, Port = port, LogFile = "/dev/null" }, default))));

        started.Count(one => one.Refusal is null).ShouldBe(1);
        started.Single(one => one.Refusal is not null).Refusal!.Code.ShouldBe("server.port-busy");
        await started.Single(one => one.Refusal is null).Value.DisposeAsync();
        foreach (var folder in folders) Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_busy_port_is_refused_or_passed_over_as_asked()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;
        var folder = TestHome.NewFolder();

        var refused = await CairnServer.Start(new ServerOptions { Home = folder, Port = port, LogFile = "/dev/null" }, default);
        var moved = await CairnServer.Start(new ServerOptions { Home = folder, Port = port, NextFreePort = true, LogFile = "/dev/null" }, default);

        refused.Refusal.ShouldNotBeNull().Code.ShouldBe("server.port-busy");
        moved.Refusal.ShouldBeNull();
        moved.Value.Url!.Port.ShouldBeInRange(port + 1, port + 100);
        await moved.Value.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("0.0.0.0", "server.address-not-loopback")]
    [InlineData("192.168.0.1", "server.address-not-loopback")]
    [InlineData("::", "server.address-not-loopback")]
    [InlineData("example.com", "server.address-invalid")]
    public async Task An_address_others_can_reach_is_refused(string address, string code)
    {
        var answer = await CairnServer.Start(new ServerOptions { Home = TestHome.NewFolder(), Port = 0, Address = address }, default);

        answer.Refusal.ShouldNotBeNull().Code.ShouldBe(code);
    }

    [Fact]
    public async Task Without_a_port_the_server_listens_on_its_socket_only()
    {
        var folder = TestHome.NewFolder();
        var server = (await CairnServer.Start(new ServerOptions { Home = folder, LogFile = "/dev/null" }, default)).Value;
        using var connection = CairnConnection.OpenSocket(server.Socket);

        server.Url.ShouldBeNull();
        (await connection.Client.AboutAsync()).Url.ShouldBeNull();

        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<Answer<CairnServer>> Start(string home) => await CairnServer.Start(new ServerOptions { Home = home, LogFile = "/dev/null" }, default);

    private static bool IsHeld(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static async Task WaitUntil(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await holds()) return;
            await Task.Delay(50);
        }

        throw new TimeoutException("It did not come to hold.");
    }
}
