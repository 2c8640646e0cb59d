using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;


namespace Cairn.Server.Hosting;

/// <summary>Where the server listens: always on the socket of its home, and on a port that is bound already.</summary>
internal sealed class Listeners(string socketPath, Socket? port, IPAddress address)
{
    public IPAddress Address { get; } = address;

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.ListenUnixSocket(socketPath, listen => listen.Protocols = HttpProtocols.Http1);
        if (port?.LocalEndPoint is IPEndPoint bound) kestrel.Listen(bound, listen => listen.Protocols = HttpProtocols.Http1);
    }

    public Socket Bind(EndPoint endpoint)
    {
        if (endpoint is IPEndPoint) return port!;
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(endpoint);
        File.SetUnixFileMode(socketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite); // before it listens: nobody else gets in between
        return socket;
    }
}
