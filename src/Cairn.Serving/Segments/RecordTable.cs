using System.Text;
using System.Text.Unicode;
using Cairn.Data;
using Cairn.Serving.Log;

namespace Cairn.Serving.Segments;

/// <summary>Records on their way into DuckDB: a table with what a record holds, and the block it is from.</summary>
internal sealed class RecordTable(AnalyticsJob job) : IDisposable
{
    public const string Name = "records";

    private static readonly AnalyticsColumn[] Columns =
    [
        new("prediction_id", AnalyticsType.Text), new("micros", AnalyticsType.BigInt), new("latency_us", AnalyticsType.Integer), new("source_id", AnalyticsType.BigInt),
        new("flags", AnalyticsType.Integer), new("probability", AnalyticsType.Double), new("features", AnalyticsType.FloatList), new("entity", AnalyticsType.Text),
        new("caller", AnalyticsType.Text), new("sealed", AnalyticsType.Blob), new("inputs", AnalyticsType.Blob), new("block", AnalyticsType.BigInt),
    ];

    private readonly AnalyticsTable _table = job.Append(Name, Columns);
    private int _set;

    /// <value>Rows so far.</value>
    public long Rows { get; private set; }

    public void Add(ReadOnlySpan<byte> record, long block)
    {
        var row = _set++;
        Span<byte> id = stackalloc byte[32];
        LogRecord.IdOf(record).TryFormat(id, out _, "N");
        _table.Bytes(0, row, id);
        _table.BigInts(1)[row] = LogRecord.TimeOf(record);
        _table.Integers(2)[row] = LogRecord.LatencyOf(record);
        _table.BigInts(3)[row] = LogRecord.SourceOf(record);
        _table.Integers(4)[row] = (int)LogRecord.FlagsOf(record);
        _table.Doubles(5)[row] = LogRecord.ProbabilityOf(record);
        _table.Floats(6, row, LogRecord.FeaturesOf(record));
        Text(7, row, LogRecord.EntityOf(record));
        Text(8, row, LogRecord.CallerOf(record));
        Blob(9, row, LogRecord.SealedOf(record));
        Blob(10, row, LogRecord.InputsOf(record));
        _table.BigInts(11)[row] = block;
        Rows++;
        if (_set == AnalyticsTable.Capacity) Flush();
    }

    public void Complete()
    {
        Flush();
        _table.Complete();
    }

    public void Dispose() => _table.Dispose();

    private void Flush()
    {
        if (_set > 0) _table.Add(_set);
        _set = 0;
    }

    private void Blob(int column, int row, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) _table.Null(column, row);
        else _table.Bytes(column, row, bytes);
    }

    private void Text(int column, int row, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) _table.Null(column, row);
        else if (Utf8.IsValid(text)) _table.Bytes(column, row, text);
        else _table.Text(column, row, Encoding.UTF8.GetString(text)); // cut in the middle of a letter
    }
}
