using Cairn.Client;
using Cairn.Server;

namespace Cairn.Api.Tests.Server;

/// <summary>A home of its own with the real server in it, on the socket and a free port. Gone when disposed.</summary>
public sealed class TestHome : IAsyncDisposable
{
    private readonly CairnConnection _connection;

    private TestHome(string home, CairnServer server)
    {
        (Home, Server) = (home, server);
        _connection = CairnConnection.OpenSocket(server.Socket);
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { BaseAddress = server.Url };
    }

    public string Home { get; }

    public CairnServer Server { get; }

    /// <value>Over the socket.</value>
    public CairnClient Client => _connection.Client;

    /// <value>Over TCP.</value>
    public HttpClient Http { get; }

    public static string NewFolder() => Path.Combine(Path.GetTempPath(), $"cairn-{Path.GetRandomFileName()[..8]}");

    public static Task<TestHome> Start(Func<ServerOptions, ServerOptions>? with = null) => Start(NewFolder(), with);

    /// <param name="with">What is asked of the server besides the usual.</param>
    public static async Task<TestHome> Start(string home, Func<ServerOptions, ServerOptions>? with = null)
    {
        var options = new ServerOptions { Home = home, Port = 0, LogFile = Path.Combine(home, "logs", "server.log") };
        var started = await CairnServer.Start(with?.Invoke(options) ?? options, TestContext.Current.CancellationToken);
        started.Refusal.ShouldBeNull();
        return new TestHome(home, started.Value);
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        if (Directory.Exists(Home)) Directory.Delete(Home, recursive: true);
    }

    public async Task Stop()
    {
        _connection.Dispose();
        Http.Dispose();
        await Server.DisposeAsync();
    }
}
