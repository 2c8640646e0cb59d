using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Cairn.Data.Engine;

/// <summary>
/// The table function <c>NAME()</c>: the rows of a query, of which it takes some columns along as they are, with columns that our
/// code computes chunk by chunk. Nothing is copied and nothing waits in memory; rows keep their order.
/// </summary>
internal sealed unsafe class ComputedTable : IDisposable
{
    private readonly DuckDb _engine;
    private readonly AnalyticsColumn[] _columns;
    private readonly ChunkCells _cells;
    private readonly Compute _compute;
    private GCHandle _self;
    private AnalyticsRows? _rows;
    private int _keepFrom;
    private ExceptionDispatchInfo? _failure;

    internal ComputedTable(DuckDb engine, nint connection, string name, IReadOnlyList<AnalyticsColumn> columns, Compute compute)
    {
        (_engine, _columns, _compute) = (engine, [.. columns], compute);
        _cells = new(name, [.. columns.Select(c => c.Type)]);
        _self = GCHandle.Alloc(this);
        var function = Native.CreateTableFunction();
        Native.SetFunctionName(function, name);
        Native.SetFunctionInfo(function, GCHandle.ToIntPtr(_self), 0);
        Native.SetFunctionBind(function, &Bind);
        Native.SetFunctionInit(function, &Init);
        Native.SetFunctionBody(function, &Next);
        var registered = Native.RegisterTableFunction(connection, function) == 0;
        Native.DestroyTableFunction(ref function);
        if (registered) return;
        _self.Free();
        throw new InvalidOperationException($"DuckDB does not take the table function {name}.");
    }

    /// <summary>Fills the columns of a chunk: as many rows as it has.</summary>
    public delegate void Compute(AnalyticsRows rows, ChunkCells cells);

    /// <param name="source">The query.</param>
    /// <param name="keepFrom">Its first column that is taken along; all behind it are too. They stand before the computed ones.</param>
    /// <param name="sql">What reads <c>NAME()</c>, once.</param>
    public void Execute(string source, int keepFrom, string sql)
    {
        _failure = null;
        _keepFrom = keepFrom;
        using var rows = new AnalyticsRows(_engine.StreamBeside(source));
        _rows = rows;
        try
        {
            _engine.Execute(sql);
        }
#pragma warning disable CA1031 // what was thrown inside goes on, in place of DuckDB's words for it
        catch (Exception) when (_failure is not null)
#pragma warning restore CA1031
        {
            _failure.Throw(); // DuckDB knows only its text
        }
        finally
        {
            _rows = null;
        }
    }

    /// <summary>After the database is closed: it could still be called before.</summary>
    public void Dispose()
    {
        if (_self.IsAllocated) _self.Free();
    }

    private static ComputedTable Of(nint info) => (ComputedTable)GCHandle.FromIntPtr(info).Target!;

    [UnmanagedCallersOnly]
    private static void Bind(nint bind)
    {
        try
        {
            Of(Native.BindInfo(bind)).AddColumns(bind);
        }
#pragma warning disable CA1031 // nothing may be thrown through native code
        catch (Exception e)
#pragma warning restore CA1031
        {
            Native.BindFails(bind, e.Message);
        }
    }

    [UnmanagedCallersOnly]
    private static void Init(nint init) => Native.InitMaxThreads(init, 1);

    [UnmanagedCallersOnly]
    private static void Next(nint call, nint output)
    {
        var table = Of(Native.FunctionInfo(call));
        try
        {
            Native.SetChunkSize(output, (ulong)table.Fill(output));
        }
#pragma warning disable CA1031 // as above
        catch (Exception e)
#pragma warning restore CA1031
        {
            table._failure = ExceptionDispatchInfo.Capture(e);
            Native.FunctionFails(call, e.Message);
        }
    }

    private void AddColumns(nint bind)
    {
        var rows = _rows ?? throw new InvalidOperationException("There is no source to compute from.");
        for (var i = _keepFrom; i < rows.Columns; i++) Add(rows.NameOf(i), rows.LogicalType(i));
        foreach (var column in _columns) Add(column.Name, ChunkCells.LogicalType(column.Type));

        void Add(string name, nint type)
        {
            Native.BindAddColumn(bind, name, type);
            Native.DestroyType(ref type);
        }
    }

    private int Fill(nint output)
    {
        var rows = _rows!;
        if (!rows.Next()) return 0;
        var kept = rows.Columns - _keepFrom;
        for (var i = 0; i < kept; i++) Native.ReferenceVector(Native.ChunkVector(output, (ulong)i), rows.Vector(_keepFrom + i));
        _cells.Reach(output, kept);
        _compute(rows, _cells);
        return rows.Count;
    }
}
