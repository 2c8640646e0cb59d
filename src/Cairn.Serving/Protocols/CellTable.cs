using System.Text.Json;
using Cairn.Kernel;
using Cairn.Serving.Online;

namespace Cairn.Serving.Protocols;

/// <summary>A table that came column by column: where in the body each value stands, so that rows can be put together.</summary>
internal sealed class CellTable(TableColumns columns)
{
    /// <value>What a row that does not stand together in the body is called in messages.</value>
    public const string Row = "row";

    private readonly List<List<(int Start, int Length)>> _cells = [];

    public TableColumns Columns => columns;

    /// <summary>The values of the next column.</summary>
    /// <param name="json">Stands on the value: a list, or one value alone. It ends on its last token.</param>
    public int Read(ref Utf8JsonReader json)
    {
        var cells = new List<(int Start, int Length)>();
        _cells.Add(cells);
        if (json.TokenType != JsonTokenType.StartArray)
        {
            cells.Add(Cell(ref json));
            return 1;
        }

        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (cells.Count <= PredictRows.MostRows) cells.Add(Cell(ref json));
            else json.Skip(); // the rows are refused by their number
        }

        return cells.Count;
    }

    /// <summary>The values of the next column, found elsewhere.</summary>
    public void Add(List<(int Start, int Length)> cells) => _cells.Add(cells);

    /// <summary>Where the value is that the reader stands on, which it is brought to the end of.</summary>
    /// <param name="offset">Where in the body the reader began.</param>
    public static (int Start, int Length) Cell(ref Utf8JsonReader json, int offset = 0)
    {
        var start = (int)json.TokenStartIndex;
        json.Skip();
        return (offset + start, (int)json.BytesConsumed - start);
    }

    /// <summary>Puts the rows together and answers them.</summary>
    /// <param name="place">Where the columns stand, for messages.</param>
    /// <returns>Null when the columns are of one length.</returns>
    public Refusal? Answer(ReadOnlySpan<byte> body, RowAnswers rows, string place)
    {
        var count = _cells.Count == 0 ? 0 : _cells[0].Count;
        for (var column = 1; column < _cells.Count; column++)
        {
            if (_cells[column].Count == count) continue;
            return BodyProblems.Malformed(
                $"{place}.{Text(columns.Name(column))}", $"{Number(_cells[column].Count)}, and {Number(count)} for {Text(columns.Name(0))}", "as many values for each column, one for each row");
        }

        var text = new RowText(columns);
        for (var row = 0; row < count; row++)
        {
            text.Begin();
            for (var column = 0; column < _cells.Count; column++)
            {
                var (start, length) = _cells[column][row];
                text.Add(column, body.Slice(start, length));
            }

            if (!rows.Add(text.End(), Row)) break;
        }

        return null;
    }

    private static string Number(int values) => values == 1 ? "1 value" : $"{values} values";

    private static string Text(ReadOnlySpan<byte> name) => System.Text.Encoding.UTF8.GetString(name).Trim('"');
}
