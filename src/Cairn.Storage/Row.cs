namespace Cairn.Storage;

/// <summary>The row that <see cref="ReadTransaction.Each"/> stands at; its columns count from zero. A number or a text is asked only of a column that holds one.</summary>
public abstract class Row
{
    private protected Row()
    {
    }

    public abstract bool IsNull(int column);

    public abstract long Whole(int column);

    public abstract double Number(int column);

    public abstract string Text(int column);

    public abstract object Value(int column);
}
