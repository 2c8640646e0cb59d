using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace Cairn.Tracking.Mlflow.RunRecords;

/// <summary>
/// The answer of points of one metric, written as they are read: no point is an object, and none is kept but as its text, in pooled pieces. A <see cref="Utf8JsonWriter"/> takes more than twice the
/// time for the same bytes.
/// </summary>
internal sealed class PointsAnswer
{
    private const int MostOfNumbers = 128;

    private static readonly PipeOptions _pieces = new(pauseWriterThreshold: 0, minimumSegmentSize: 1 << 16, useSynchronizationContext: false);

    private readonly Pipe _pipe = new(_pieces);
    private readonly byte[] _head;
    private (string Id, JsonEncodedText Text) _run = ("", JsonEncodedText.Encode(""));

    public PointsAnswer(string key) => _head = [.. "{\"key\":\""u8, .. PointJson.Key(key).EncodedUtf8Bytes, .. "\",\"value\":"u8];

    public long Count { get; private set; }

    public void Add(double value, long isNan, long timestamp, long step, string? run = null)
    {
        if (run is not null && run != _run.Id) _run = (run, PointJson.Key(run));
        var into = new Text(_pipe.Writer.GetSpan(_head.Length + _run.Text.EncodedUtf8Bytes.Length + MostOfNumbers));
        into.Add(Count++ == 0 ? "{\"metrics\":["u8 : ","u8);
        into.Add(_head);
        if (isNan != 0) into.Add("\"NaN\""u8);
        else into.Add(value);
        into.Add(",\"timestamp\":"u8);
        into.Add(timestamp / 1000);
        into.Add(",\"step\":"u8);
        into.Add(step);
        if (run is not null)
        {
            into.Add(",\"run_id\":\""u8);
            into.Add(_run.Text.EncodedUtf8Bytes);
            into.Add("\""u8);
        }

        into.Add("}"u8);
        _pipe.Writer.Advance(into.Length);
    }

    /// <param name="next">The token of the page after it; null: it is the last.</param>
    public Pipe End(string? next = null)
    {
        _pipe.Writer.Write(Count == 0 ? "{"u8 : "]"u8);
        if (next is not null) _pipe.Writer.Write(Encoding.UTF8.GetBytes($",\"next_page_token\":\"{next}\""));
        _pipe.Writer.Write("}"u8);
        _pipe.Writer.Complete();
        return _pipe;
    }

    private ref struct Text(Span<byte> rest)
    {
        private Span<byte> _rest = rest;

        public int Length { get; private set; }

        public void Add(ReadOnlySpan<byte> text)
        {
            text.CopyTo(_rest);
            Take(text.Length);
        }

        public void Add(double number)
        {
            Utf8Formatter.TryFormat(number, _rest, out var length);
            Take(length);
        }

        public void Add(long number)
        {
            Utf8Formatter.TryFormat(number, _rest, out var length);
            Take(length);
        }

        private void Take(int length)
        {
            _rest = _rest[length..];
            Length += length;
        }
    }
}
