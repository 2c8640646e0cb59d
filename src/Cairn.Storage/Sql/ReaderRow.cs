using System.Data;

namespace Cairn.Storage.Sql;

/// <summary>The row of a reader of any database.</summary>
internal sealed class ReaderRow(IDataReader reader) : Row
{
    public override bool IsNull(int column) => reader.IsDBNull(column);

    public override long Whole(int column) => reader.GetInt64(column);

    public override double Number(int column) => reader.GetDouble(column);

    public override string Text(int column) => reader.GetString(column);

    public override object Value(int column) => reader.GetValue(column);
}
