using System.Text;
using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Learning;

namespace Cairn.Serving.Protocols;

/// <summary>How a value of a table is to be taken, where the protocol writes it otherwise than a request of Cairn's own.</summary>
internal enum CellKind
{
    /// <summary>As it is.</summary>
    Plain,

    /// <summary>A time: pandas writes a missing one as the text NaT.</summary>
    Time,

    /// <summary>True or false in a table that only holds numbers: 1 or 0.</summary>
    Flag,
}

/// <summary>The columns of a table in a request.</summary>
internal sealed class TableColumns
{
    private readonly List<(byte[] Name, CellKind Kind)> _columns = [];
    private readonly Predictor _predictor;

    private TableColumns(Predictor predictor) => _predictor = predictor;

    public int Count => _columns.Count;

    /// <summary>The name of a column as a JSON string, with its quotes.</summary>
    public ReadOnlySpan<byte> Name(int column) => _columns[column].Name;

    public CellKind KindOf(int column) => _columns[column].Kind;

    /// <summary>To be filled with <see cref="Add"/>.</summary>
    public static TableColumns Empty(Predictor predictor) => new(predictor);

    /// <summary>A table without names: its columns are the inputs of the model, in their order.</summary>
    /// <param name="numeric">True: a flag comes as 1 or 0.</param>
    public static TableColumns OfInputs(Predictor predictor, bool numeric)
    {
        var columns = new TableColumns(predictor);
        foreach (var input in predictor.Inputs)
            columns._columns.Add((JsonSerializer.SerializeToUtf8Bytes(input.Name), KindOf(input, numeric)));
        return columns;
    }

    /// <param name="name">The name as it stands in the request: a JSON string with its quotes.</param>
    public void Add(ReadOnlySpan<byte> name, string unescaped, bool numeric = false)
    {
        var inputs = _predictor.Inputs;
        var found = _columns.Count < inputs.Count && inputs[_columns.Count].Name == unescaped ? inputs[_columns.Count] : inputs.FirstOrDefault(input => input.Name == unescaped);
        _columns.Add((name.ToArray(), found is null ? CellKind.Plain : KindOf(found, numeric)));
    }

    /// <summary>What a list of names says of itself, for messages.</summary>
    public string Listed => string.Join(", ", _columns.Take(20).Select(column => Encoding.UTF8.GetString(column.Name))) + (_columns.Count > 20 ? " …" : "");

    private static CellKind KindOf(InputFieldWire input, bool numeric) => input.Type switch
    {
        "timestamp" => CellKind.Time,
        "boolean" when numeric => CellKind.Flag,
        _ => CellKind.Plain,
    };
}
