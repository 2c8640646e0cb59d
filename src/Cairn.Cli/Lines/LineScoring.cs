using System.Globalization;
using System.Text;
using Cairn.Cli.Terminals;
using Cairn.Client;

namespace Cairn.Cli.Lines;

/// <summary>Rows as lines of JSON, each answered by a line as soon as it is there, numbered through however many requests they take.</summary>
internal sealed class LineScoring(CairnClient client, string? deployment, bool explain)
{
    private const int Piece = 64 << 10, LongestLine = 1 << 20;
    private static readonly byte[] ErrorStart = "{\"line\":"u8.ToArray();

    private byte[] _buffer = new byte[Piece];
    private long _lines;

    /// <value>Lines that were answered with an error.</value>
    public long Refused { get; private set; }

    public async Task Run(Stream input, Stream output, CancellationToken cancellation)
    {
        var length = 0;
        while (true)
        {
            var read = await input.ReadAsync(_buffer.AsMemory(length), cancellation);
            var end = read == 0 ? length : _buffer.AsSpan(0, length + read).LastIndexOf((byte)'\n') + 1;
            length += read;
            if (end > 0) await Send(_buffer.AsMemory(0, end), output, cancellation);
            if (read == 0) return;

            _buffer.AsSpan(end, length - end).CopyTo(_buffer);
            length -= end;
            if (length < _buffer.Length) continue;
            if (length > LongestLine) throw new CairnException(Problems.Of("cli.line-too-long", $"Line {_lines + 1} is longer than {LongestLine >> 20} MiB. A row is one line of JSON."));
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }

    private async Task Send(ReadOnlyMemory<byte> lines, Stream output, CancellationToken cancellation)
    {
        var answers = await client.PredictLinesAsync(deployment, lines, explain, cancellation);
        for (var at = 0; at < answers.Length;)
        {
            var end = Array.IndexOf(answers, (byte)'\n', at);
            if (end < 0) end = answers.Length - 1;
            await Write(answers.AsMemory(at, end + 1 - at), output, cancellation);
            at = end + 1;
        }

        await output.FlushAsync(cancellation);
        _lines += lines.Span.Count((byte)'\n');
    }

    private async Task Write(ReadOnlyMemory<byte> answer, Stream output, CancellationToken cancellation)
    {
        if (answer.Span.StartsWith(ErrorStart))
        {
            Refused++;
            var digits = answer.Span[ErrorStart.Length..].IndexOf((byte)',');
            var line = _lines + long.Parse(answer.Span.Slice(ErrorStart.Length, digits), CultureInfo.InvariantCulture);
            await output.WriteAsync(Encoding.ASCII.GetBytes($"{{\"line\":{line}"), cancellation);
            answer = answer[(ErrorStart.Length + digits)..];
        }

        await output.WriteAsync(answer, cancellation);
    }
}
