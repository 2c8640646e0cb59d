using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cairn.Data;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Serving.Log;

namespace Cairn.Serving.Batch;

/// <summary>Ids of the rows of a batch: the same each time they are made.</summary>
internal sealed class RowIds
{
    private readonly byte[] _name;

    /// <param name="batch">A UUIDv7; its time is that of all of them.</param>
    public RowIds(string batch)
    {
        Milliseconds = Uuid7.TryParse(batch, out var id) && Uuid7.TimeOf(id) is { } time ? time : throw new ArgumentException($"'{batch}' is no id with a time.", nameof(batch));
        _name = Encoding.UTF8.GetBytes(batch + "/");
    }

    public long Milliseconds { get; }

    /// <param name="row">In the source; 1 is the first.</param>
    public Guid Of(long row)
    {
        Span<byte> named = stackalloc byte[_name.Length + sizeof(long)], hash = stackalloc byte[SHA256.HashSizeInBytes];
        _name.CopyTo(named);
        BinaryPrimitives.WriteInt64BigEndian(named[_name.Length..], row);
        SHA256.HashData(named, hash);
        return Uuid7.FromHash(Milliseconds, hash);
    }
}

/// <summary>
/// Makes of the rows of a part what the log will hold of them: what it would hold if each had been asked for alone. They wait in a file,
/// a piece for each chunk, until the whole batch is known to be answered.
/// </summary>
internal sealed class LoggedRows
{
    private readonly Predictor _predictor;
    private readonly LogSource _source;
    private readonly RowLog _log;
    private readonly RowIds _ids;
    private readonly PredictorRow _row;
    private readonly JsonEncodedText[] _names;
    private readonly LogRecords _records = new();
    private readonly ArrayBufferWriter<byte> _json = new();
    private FileStream? _file;

    public LoggedRows(Predictor predictor, LogSource source, RowLog log, RowIds ids, string? entity)
    {
        (_predictor, _source, _log, _ids, _row) = (predictor, source, log, ids, predictor.NewRow());
        var columns = predictor.Columns.ToList();
        columns.AddRange(predictor.Layout.Inputs.Where(other => columns.TrueForAll(column => column.Name != other.Name)).Select(other => new ColumnContract(other.Name, other.Type, Nullable: true)));
        if (entity is not null)
        {
            _row.EntityName = Encoding.UTF8.GetBytes(entity);
            if (columns.TrueForAll(column => column.Name != entity)) columns.Add(new(entity, ColumnType.Text, Nullable: true));
        }

        Columns = columns;
        _names = [.. columns.Select(column => JsonEncodedText.Encode(column.Name))];
    }

    /// <value>The inputs of the model, then what else a request would carry for the log.</value>
    public IReadOnlyList<ColumnContract> Columns { get; }

    public RowIds Ids => _ids;

    public void Begin(string path) => _file = File.Create(path);

    /// <param name="rows">A chunk whose first columns are <see cref="Columns"/>.</param>
    /// <param name="valid">1: the row keeps the contract.</param>
    /// <param name="first">The number of its first row.</param>
    public void Add(AnalyticsRows rows, ReadOnlySpan<double> probabilities, ReadOnlySpan<byte> valid, long first)
    {
        _records.Clear();
        for (var row = 0; row < valid.Length; row++)
        {
            var id = _ids.Of(first + row);
            if (valid[row] == 0 || !_log.Samples(id)) continue;
            if (!Read(rows, row, Columns.Count) && !Read(rows, row, _predictor.Columns.Count)) throw new InvalidDataException($"Row {first + row} keeps the contract as a row of a file, and not as a request.");
            _log.AddLater(_records, _source, id, probabilities[row], _row);
        }

        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, _records.Length);
        _file!.Write(length);
        _file.Write(_records.Bytes);
    }

    public void End()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>As a request that carries the first columns.</summary>
    private bool Read(AnalyticsRows rows, int row, int columns)
    {
        _json.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_json))
        {
            writer.WriteStartObject();
            for (var i = 0; i < columns; i++) if (!rows.IsNull(i, row)) Write(writer, rows, i, row);
            writer.WriteEndObject();
        }

        var json = new Utf8JsonReader(_json.WrittenSpan);
        json.Read();
        return _predictor.Read(ref json, _row, "$") is null;
    }

    private void Write(Utf8JsonWriter writer, AnalyticsRows rows, int column, int row)
    {
        if (Columns[column].Type is ColumnType.Category or ColumnType.Text)
        {
            writer.WriteString(_names[column], rows.Texts(column)[row]);
            return;
        }

        var value = rows.Doubles(column)[row];
        if (!double.IsFinite(value)) return;
        switch (Columns[column].Type)
        {
            case ColumnType.Boolean: writer.WriteBoolean(_names[column], value != 0); break;
            case ColumnType.Timestamp: writer.WriteString(_names[column], Time.FromMicros((long)value).UtcDateTime); break;
            default: writer.WriteNumber(_names[column], value); break;
        }
    }
}
