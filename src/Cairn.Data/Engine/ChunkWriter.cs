namespace Cairn.Data.Engine;

/// <summary>
/// Fills a table chunk by chunk: values are set in DuckDB's own memory, then <see cref="Add"/> appends them. Disposing without
/// <see cref="Complete"/> leaves rows out.
/// </summary>
internal sealed unsafe class ChunkWriter : IDisposable
{
    private readonly DuckDb _engine;
    private readonly string _table;
    private nint _appender;
    private nint _chunk;

    internal ChunkWriter(DuckDb engine, nint connection, string table, AnalyticsType[] types)
    {
        (_engine, _table, Cells) = (engine, table, new(table, types));
        if (Native.CreateAppender(connection, null, table, out _appender) != 0)
        {
            var failed = Failed();
            _ = Native.DestroyAppender(ref _appender);
            throw failed;
        }

        var logical = types.Select(ChunkCells.LogicalType).ToArray();
        fixed (nint* first = logical) _chunk = Native.CreateChunk(first, (ulong)logical.Length);
        for (var i = 0; i < logical.Length; i++) Native.DestroyType(ref logical[i]);
        Cells.Reach(_chunk, 0);
    }

    public ChunkCells Cells { get; }

    /// <summary>Appends the first rows of the chunk and starts the next one.</summary>
    public void Add(int rows)
    {
        if ((uint)rows > (uint)ChunkCells.Capacity) throw new ArgumentOutOfRangeException(nameof(rows), rows, $"a chunk has {ChunkCells.Capacity} rows");
        _engine.ThrowIfCancelled();
        Native.SetChunkSize(_chunk, (ulong)rows);
        if (Native.Append(_appender, _chunk) != 0) throw Failed();
        Native.ResetChunk(_chunk);
        Cells.Reach(_chunk, 0);
    }

    /// <summary>All rows stand in the table.</summary>
    public void Complete()
    {
        if (Native.CloseAppender(_appender) != 0) throw Failed();
        _ = Native.DestroyAppender(ref _appender);
    }

    public void Dispose()
    {
        if (_appender != 0)
        {
            _ = Native.ClearAppender(_appender);
            _ = Native.DestroyAppender(ref _appender);
        }

        if (_chunk != 0) Native.DestroyChunk(ref _chunk);
    }

    private Exception Failed() => _engine.Failed(Native.AppenderError(_appender), $"append to {_table}");
}
