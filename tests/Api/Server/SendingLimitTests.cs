using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cairn.Api.Tests.Server;

/// <summary>What may come over a connection, and how slowly: on a plain socket, as no HTTP client behaves this badly.</summary>
public class SendingLimitTests
{
    private const string Start = "POST /api/v1/experiments HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

    [Fact]
    public async Task A_request_line_above_16_KiB_is_refused() => (await Ask($"GET /{new string('a', 17_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n")).ShouldStartWith("HTTP/1.1 414 ");

    [Fact]
    public async Task Headers_above_32_KiB_are_refused() =>
        (await Ask($"GET /health/live HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Range(0, 9).Select(i => $"X-{i}: {new string('a', 4000)}\r\n"))}\r\n")).ShouldStartWith("HTTP/1.1 431 ");

    [Fact]
    public async Task More_than_a_hundred_headers_are_refused() =>
        (await Ask($"GET /health/live HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Range(0, 101).Select(i => $"X-{i}: a\r\n"))}\r\n")).ShouldStartWith("HTTP/1.1 431 ");

    [Fact]
    public async Task A_body_in_chunks_is_cut_at_16_MiB_though_it_does_not_say_how_long_it_is()
    {
        await using var home = await TestHome.Start();
        using var content = new ChunkedContent(17 << 20);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/experiments") { Content = content };
        request.Headers.TransferEncodingChunked = true;

        try
        {
            (await home.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        }
        catch (HttpRequestException)
        {
            // The connection was closed under a sender that did not stop to listen.
        }

        (await home.Client.ListExperimentsAsync()).Items.ShouldHaveSingleItem(); // Default, and none of 17 MiB
    }

    [Fact]
    public async Task Headers_that_do_not_end_are_not_waited_for()
    {
        var unfinished = "GET /health/live HTTP/1.1\r\nHost: loc"u8.ToArray();
        await using var usual = await TestHome.Start(); // waits for 15 s
        await using var home = await TestHome.Start(options => options with { HeaderTimeout = TimeSpan.FromSeconds(1) });
        using var patient = await Connect(usual);
        await patient.SendAsync(unfinished);
        using var socket = await Connect(home);
        await socket.SendAsync(unfinished);

        var refused = ReadToEnd(socket);

        (await Task.WhenAny(refused, ReadToEnd(patient))).ShouldBe(refused, "the server that was told to wait for a second ends first, though it was asked last");
        (await refused).Answer.ShouldStartWith("HTTP/1.1 408 ");
    }

    [Fact]
    public async Task A_body_that_comes_by_drops_is_not_waited_for()
    {
        await using var home = await TestHome.Start(options => options with { SlowBodyGrace = TimeSpan.FromSeconds(1.2) });
        using var socket = await Connect(home);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"{Start}Content-Length: 1000\r\n\r\n{{"));
        using var stop = new CancellationTokenSource();
        var drops = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await Task.Delay(100);
                await socket.SendAsync(" "u8.ToArray());
            }
        });

        var (answer, after) = await ReadToEnd(socket);
        await stop.CancelAsync();
        await drops.ContinueWith(_ => { }, TaskScheduler.Default);

        answer.ShouldStartWith("HTTP/1.1 408 ");
        answer.ShouldContain("request.too-slow");
        after.ShouldBeLessThan(TimeSpan.FromSeconds(30)); // what it has not sent by then would take longer
    }

    [Fact]
    public async Task A_slow_sender_keeps_nobody_else_waiting()
    {
        await using var home = await TestHome.Start();
        var slow = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Connect(home)));
        foreach (var socket in slow) await socket.SendAsync(Encoding.ASCII.GetBytes($"{Start}Content-Length: 1000\r\n\r\n{{"));

        (await home.Http.GetAsync("/api/v1/experiments")).StatusCode.ShouldBe(HttpStatusCode.OK);

        foreach (var socket in slow) socket.Dispose();
    }

    private static async Task<string> Ask(string request)
    {
        await using var home = await TestHome.Start();
        using var socket = await Connect(home);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request));
        return (await ReadToEnd(socket)).Answer;
    }

    private static async Task<Socket> Connect(TestHome home)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, home.Server.Url!.Port);
        return socket;
    }

    /// <summary>All that is said until the server closes the connection, which it does: the test ends only then.</summary>
    private static async Task<(string Answer, TimeSpan After)> ReadToEnd(Socket socket)
    {
        var start = Stopwatch.StartNew();
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) is var read and > 0) answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        catch (SocketException)
        {
            // Closed with bytes unread.
        }

        return (answer.ToString(), start.Elapsed);
    }

    private sealed class ChunkedContent : HttpContent
    {
        private readonly int _length;

        public ChunkedContent(int length)
        {
            _length = length;
            Headers.ContentType = new("application/json");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("{\"name\": \""u8.ToArray());
            var letters = Enumerable.Repeat((byte)'a', 1 << 16).ToArray();
            for (var sent = 0; sent < _length; sent += letters.Length) await stream.WriteAsync(letters);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
