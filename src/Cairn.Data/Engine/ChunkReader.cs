namespace Cairn.Data.Engine;

/// <summary>A result read forwards. A chunk lives until the next one is asked for.</summary>
internal sealed unsafe class ChunkReader : IDisposable
{
    private readonly DuckDb _engine;
    private readonly string _sql;
    private readonly int[] _types;
    private NativeResult _result;
    private nint _chunk;
    private bool _disposed;

    internal ChunkReader(DuckDb engine, NativeResult result, string sql)
    {
        (_engine, _result, _sql) = (engine, result, sql);
        _types = new int[result.ColumnCount == 0 ? 0 : (int)result.ColumnCount];
        for (var i = 0; i < _types.Length; i++) _types[i] = TypeOf(&result, (ulong)i);
    }

    public int Columns => _types.Length;

    /// <summary>For whoever takes vectors of this result as they are. To be destroyed.</summary>
    public nint LogicalType(int column)
    {
        fixed (NativeResult* result = &_result) return Native.ColumnLogicalType(result, (ulong)column);
    }

    public string Name(int column)
    {
        fixed (NativeResult* result = &_result) return System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)Native.ColumnName(result, (ulong)column)) ?? "";
    }

    /// <summary>The next chunk, or null at the end.</summary>
    public Chunk? Next()
    {
        _engine.ThrowIfCancelled();
        Release();
        _chunk = Native.FetchChunk(_result);
        if (_chunk == 0)
        {
            fixed (NativeResult* result = &_result)
            {
                if (Native.ResultError(result) is not null) throw _engine.Failed(result, _sql);
            }

            _engine.ThrowIfCancelled();
            return null;
        }

        var rows = (int)Native.ChunkSize(_chunk);
        return rows == 0 ? null : new Chunk(_chunk, rows, _types);
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Release();
        fixed (NativeResult* result = &_result) Native.DestroyResult(result);
    }

    private static int TypeOf(NativeResult* result, ulong column)
    {
        if (Native.ColumnType(result, column) is var type && type != NativeTypes.List) return type;
        var list = Native.ColumnLogicalType(result, column);
        var element = Native.ListElementType(list);
        var id = Native.TypeId(element);
        Native.DestroyType(ref element);
        Native.DestroyType(ref list);
        return id == NativeTypes.Float ? NativeTypes.FloatList : type;
    }

    private void Release()
    {
        if (_chunk != 0) Native.DestroyChunk(ref _chunk);
    }
}
