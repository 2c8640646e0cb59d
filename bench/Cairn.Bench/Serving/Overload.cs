using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cairn.Bench.Serving;

/// <summary>
/// Connections that each send the next request as soon as they have an answer. Unlike wrk it tells accepted from refused: what a server that
/// sheds load promises is about the accepted. Usage: <c>overload URL BODY-FILE --connections N --seconds S --warm S [--patient]</c>; patient
/// connections wait as long as <c>Retry-After</c> says, as a good client does. Run it with DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1.
/// </summary>
internal static class Overload
{
    public static void Run(string[] args)
    {
        var (url, body) = (new Uri(args[0]), File.ReadAllBytes(args[1]));
        var connections = int.Parse(Option(args, "--connections", "16"), CultureInfo.InvariantCulture);
        var seconds = double.Parse(Option(args, "--seconds", "10"), CultureInfo.InvariantCulture);
        var warm = double.Parse(Option(args, "--warm", "2"), CultureInfo.InvariantCulture);
        byte[] request =
        [
            .. Encoding.ASCII.GetBytes($"POST {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body,
        ];
        var tally = new Tally();
        var all = Enumerable.Range(0, connections).Select(_ => new Connection(new IPEndPoint(IPAddress.Parse(url.Host), url.Port), request, tally, args.Contains("--patient", StringComparer.Ordinal))).ToList();
        foreach (var connection in all) connection.Begin();
        Thread.Sleep(TimeSpan.FromSeconds(warm));
        tally.Reset();
        var start = Stopwatch.GetTimestamp();
        Thread.Sleep(TimeSpan.FromSeconds(seconds));
        Console.WriteLine(tally.Report(connections, Stopwatch.GetElapsedTime(start).TotalSeconds));
    }

    private static string Option(string[] args, string name, string otherwise) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : otherwise;

    private sealed class Tally
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<int, List<double>> _milliseconds = [];
        private int _broken;

        public void Answered(int status, double milliseconds)
        {
            lock (_gate)
            {
                if (!_milliseconds.TryGetValue(status, out var list)) _milliseconds[status] = list = [];
                list.Add(milliseconds);
            }
        }

        public void Broke()
        {
            lock (_gate) _broken++;
        }

        public void Reset()
        {
            lock (_gate)
            {
                _milliseconds.Clear();
                _broken = 0;
            }
        }

        public string Report(int connections, double seconds)
        {
            lock (_gate)
            {
                var text = new StringBuilder();
                foreach (var (status, list) in _milliseconds.OrderBy(pair => pair.Key))
                {
                    list.Sort();
                    text.Append(CultureInfo.InvariantCulture, $"{connections,5} connections  {status}  {list.Count / seconds,8:0}/s  p50 {At(list, 0.5),8:0.00} ms  p99 {At(list, 0.99),8:0.00} ms  p99.9 {At(list, 0.999),8:0.00} ms\n");
                }

                if (_broken > 0) text.Append(CultureInfo.InvariantCulture, $"{connections,5} connections  broken {_broken}\n");
                return text.ToString().TrimEnd();
            }
        }

        private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
    }

#pragma warning disable CA1001 // they live until the process ends
    private sealed class Connection(IPEndPoint server, byte[] request, Tally tally, bool patient)
    {
        private readonly byte[] _answer = new byte[8192];
        private readonly SocketAsyncEventArgs _receive = new();
        private Socket _socket = null!;
        private int _length;
        private long _sent;

        public void Begin()
        {
            _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            _socket.Connect(server);
            _receive.Completed += (_, _) => Received();
            Send();
        }

        private void Send()
        {
            _length = 0;
            _sent = Stopwatch.GetTimestamp();
            try
            {
                _socket.Send(request);
            }
            catch (SocketException)
            {
                tally.Broke();
                return;
            }

            Receive();
        }

        private void Receive()
        {
            _receive.SetBuffer(_answer, _length, _answer.Length - _length);
            if (!_socket.ReceiveAsync(_receive)) Received();
        }

        private void Received()
        {
            if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
            {
                tally.Broke();
                return;
            }

            _length += _receive.BytesTransferred;
            if (!IsWhole(_answer.AsSpan(0, _length)))
            {
                Receive();
                return;
            }

            var status = int.Parse(_answer.AsSpan(9, 3), CultureInfo.InvariantCulture);
            tally.Answered(status, Stopwatch.GetElapsedTime(_sent).TotalMilliseconds);
            if (patient && status == 503) _ = Later();
            else Send();
        }

        // Retry-After is 1; a little more or less, so that they do not all come back at once.
        private async Task Later()
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1000 + (((_sent * 2654435761) >> 8) % 500)));
            Send();
        }

        private static bool IsWhole(ReadOnlySpan<byte> answer)
        {
            var head = answer.IndexOf("\r\n\r\n"u8);
            if (head < 0) return false;
            var length = answer[..head].IndexOf("Content-Length: "u8);
            if (length < 0) return answer.EndsWith("0\r\n\r\n"u8);
            var number = answer[(length + 16)..head];
            if (number.IndexOf((byte)'\r') is var end and >= 0) number = number[..end];
            return answer.Length >= head + 4 + int.Parse(number, CultureInfo.InvariantCulture);
        }
    }
}
