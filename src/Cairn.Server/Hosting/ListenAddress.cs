using System.Net;
using System.Net.Sockets;
using Cairn.Kernel;

namespace Cairn.Server.Hosting;

/// <summary>A TCP socket that is bound but does not listen yet, so that a busy port is found before anything else starts.</summary>
internal sealed record BoundPort(Socket Socket, Uri Url);

internal static class ListenAddress
{
    private const int PortsTried = 100;

    public static Answer<IPAddress> Resolve(ServerOptions options)
    {
        if (options.Port is < 0 or > 65535)
            return new Refusal.Invalid("server.port-invalid", $"{options.Port} is not a port. Ports are 0 (any free one) to 65535.");
        var address = options.Address == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(options.Address, out var parsed) ? parsed : null;
        if (address is null)
            return new Refusal.Invalid("server.address-invalid", $"'{options.Address}' is not an IP address. Give 127.0.0.1, ::1 or the address of a network interface.");
        if (!IPAddress.IsLoopback(address) && !options.Insecure)
            return new Refusal.Forbidden(
                "server.address-not-loopback",
                $"{options.Address} can be reached from other machines, and there are no accounts yet: whoever reaches it may do everything. Bind to 127.0.0.1, put a proxy with authentication in front, or say --insecure.");
        return address;
    }

    public static Answer<BoundPort?> Bind(ServerOptions options, IPAddress address)
    {
        if (options.Port is not { } wanted) return default(BoundPort);
        var last = options.NextFreePort && wanted > 0 ? Math.Min(wanted + PortsTried, 65535) : wanted;
        for (var port = wanted; port <= last; port++)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(address, port));
                var bound = (IPEndPoint)socket.LocalEndPoint!;
                return new BoundPort(socket, new Uri($"http://{bound}"));
            }
            catch (SocketException failed)
            {
                socket.Dispose();
                if (failed.SocketErrorCode == SocketError.AddressAlreadyInUse) continue;
                return new Refusal.Invalid("server.port-denied", $"The port {port} of {address} cannot be bound: {failed.Message}. Choose another one (--port); those below 1024 need root.");
            }
        }

        return Busy(wanted, address, last > wanted ? $", and so are all up to {last}" : "");
    }

    /// <summary>Two programs can bind a port at the same moment; the second one learns of it when it starts to listen.</summary>
    public static bool WasTaken(Exception exception) =>
        exception is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } || exception.InnerException is { } inner && WasTaken(inner);

    public static Refusal Busy(int port, IPAddress address, string andMore = "") =>
        new Refusal.Conflict("server.port-busy", $"The port {port} of {address} is used by another program{andMore}. Choose another one (--port N, or --port 0 for any free one).");
}
