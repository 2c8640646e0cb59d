using System.Net.Sockets;

namespace Cairn.Client;

/// <summary>A way to one server, with the client that speaks over it. Any number of threads; dispose it when done.</summary>
public sealed class CairnConnection : IDisposable
{
    private readonly HttpClient _http;

    private CairnConnection(Uri address, SocketsHttpHandler handler)
    {
        // Progress is waited for in long polls: how long is for the caller's cancellation to say.
        _http = new HttpClient(handler, disposeHandler: true) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        Client = new CairnClient(_http);
    }

    public CairnClient Client { get; }

    /// <param name="server">For example <c>http://127.0.0.1:8080</c>. A path below it (<c>/cairn</c>) is kept.</param>
    public static CairnConnection Open(Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        var address = server.AbsoluteUri.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/");
        return new CairnConnection(address, Handler(useProxy: !server.IsLoopback));
    }

    /// <param name="path">The Unix socket of a running server: <c>home/cairn.sock</c>.</param>
    public static CairnConnection OpenSocket(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var handler = Handler(useProxy: false);
        handler.ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };
        return new CairnConnection(new Uri("http://localhost/"), handler);
    }

    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler Handler(bool useProxy) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = useProxy,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
    };
}
