using System.Text.Json;
using System.Text.Unicode;
using Cairn.Kernel;
using Cairn.Serving.Online;

namespace Cairn.Serving.Protocols;

/// <summary>
/// The rows in a JSON body as MLflow's scoring server takes it: an object with exactly one of <c>dataframe_split</c>,
/// <c>dataframe_records</c>, <c>inputs</c> and <c>instances</c>. Other members are passed over, <c>params</c> too: a model
/// without parameters in its signature ignores them there as well.
/// </summary>
internal ref struct MlflowRows(ReadOnlySpan<byte> body, RowAnswers rows)
{
    private const string Wanted = "an object with exactly one of dataframe_split, dataframe_records, inputs and instances";

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 16 };

    private readonly ReadOnlySpan<byte> _body = BareNumbers.Replace(body.StartsWith("\uFEFF"u8) ? body[3..] : body);

    private enum Format
    {
        None,
        Split,
        Records,
        Inputs,
        Instances,
    }

    /// <returns>What is wrong with the body as a whole; null: the rows were answered, or noted as wrong.</returns>
    public static Refusal? Read(ReadOnlySpan<byte> body, RowAnswers rows)
    {
        if (!Utf8.IsValid(body)) return BodyProblems.NotUtf8();
        try
        {
            return new MlflowRows(body, rows).Run();
        }
        catch (JsonException e)
        {
            return BodyProblems.NotJson(e);
        }
        catch (InvalidOperationException e) when (e.Source?.StartsWith("System.Text.Json", StringComparison.Ordinal) is true)
        {
            return BodyProblems.Malformed("$", "half of a surrogate pair in a text", "whole characters");
        }
    }

    private readonly Refusal? Run()
    {
        var json = new Utf8JsonReader(_body, Options);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) return BodyProblems.Malformed("$", json.TokenType == JsonTokenType.StartArray ? "a list" : "a value", Wanted);

        // Read to its end first: what is not whole answers nothing.
        var at = json;
        var (format, formats) = (Format.None, 0);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var named = FormatOf(ref json);
            json.Read();
            if (named != Format.None)
            {
                (format, formats) = (named, formats + 1);
                at = json;
            }

            json.Skip();
        }

        json.Read(); // throws when something follows
        if (formats != 1) return BodyProblems.Malformed("$", formats == 0 ? "none of them" : $"{formats} of them", Wanted);
        return format switch
        {
            Format.Split => Split(ref at),
            Format.Records => Records(ref at, "$.dataframe_records"),
            Format.Inputs => Tensors(ref at, "$.inputs"),
            _ => Tensors(ref at, "$.instances"),
        };
    }

    private static Format FormatOf(ref Utf8JsonReader json) =>
        json.ValueTextEquals("dataframe_split"u8) ? Format.Split
        : json.ValueTextEquals("dataframe_records"u8) ? Format.Records
        : json.ValueTextEquals("inputs"u8) ? Format.Inputs
        : json.ValueTextEquals("instances"u8) ? Format.Instances
        : Format.None;

    /// <summary>A data frame as <c>to_dict(orient="split")</c> and <c>to_json(orient="split")</c> write it; the index says nothing to a model.</summary>
    private readonly Refusal? Split(ref Utf8JsonReader json)
    {
        const string Place = "$.dataframe_split";
        if (json.TokenType != JsonTokenType.StartObject) return BodyProblems.Malformed(Place, "no object", "an object with columns and data");

        Utf8JsonReader columns = json, data = json;
        bool hasColumns = false, hasData = false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var (isColumns, isData) = (json.ValueTextEquals("columns"u8), json.ValueTextEquals("data"u8));
            json.Read();
            if (isColumns)
            {
                columns = json;
                hasColumns = json.TokenType == JsonTokenType.StartArray;
            }
            else if (isData)
            {
                data = json;
                hasData = json.TokenType == JsonTokenType.StartArray;
            }

            json.Skip();
        }

        if (!hasColumns) return BodyProblems.Malformed($"{Place}.columns", "no list", "the list of the column names");
        if (!hasData) return BodyProblems.Malformed($"{Place}.data", "no list", "a list with a list of values for each row");
        var named = Columns(ref columns, $"{Place}.columns");
        return named.Refusal ?? RowLists(ref data, named.Value, $"{Place}.data");
    }

    private readonly Answer<TableColumns> Columns(ref Utf8JsonReader json, string place)
    {
        var columns = TableColumns.Empty(rows.Predictor);
        var numbers = 0;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.String) columns.Add(_body[(int)json.TokenStartIndex..(int)json.BytesConsumed], json.GetString()!);
            else if (json.TokenType == JsonTokenType.Number) numbers++;
            else return BodyProblems.Malformed(place, "a column whose name is no text", "the names of the columns");
        }

        if (numbers == 0) return columns;

        // A data frame made of an array numbers its columns.
        var inputs = rows.Predictor.Inputs.Count;
        if (columns.Count == 0 && numbers == inputs) return TableColumns.OfInputs(rows.Predictor, numeric: true);
        return BodyProblems.Malformed(place, $"{numbers} numbered columns", $"the names of the columns, or {inputs} numbered ones for the {inputs} inputs of the model in their order");
    }

    /// <summary>A list of objects.</summary>
    private readonly Refusal? Records(ref Utf8JsonReader json, string place)
    {
        if (json.TokenType != JsonTokenType.StartArray) return BodyProblems.Malformed(place, "no list", "a list with an object for each row");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray && rows.Add(ref json, _body, place)) { }
        return null;
    }

    /// <summary>A list of lists.</summary>
    private readonly Refusal? RowLists(ref Utf8JsonReader json, TableColumns columns, string place)
    {
        var text = new RowText(columns);
        var go = true;
        while (go && json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.StartArray)
            {
                json.Skip();
                go = rows.Refuse(place, "no list", $"a list of {columns.Count} values");
                continue;
            }

            text.Begin();
            var count = 0;
            for (; json.Read() && json.TokenType != JsonTokenType.EndArray; count++)
            {
                var (start, length) = CellTable.Cell(ref json);
                if (count < columns.Count) text.Add(count, _body.Slice(start, length));
            }

            if (count == columns.Count)
            {
                go = rows.Add(text.End(), place);
            }
            else
            {
                go = rows.Refuse(place, $"{count} values", $"{columns.Count}, one for each column: {columns.Listed}");
            }
        }

        return null;
    }

    /// <summary><c>inputs</c> and <c>instances</c>: a list of rows, or an object with a list for each column.</summary>
    private readonly Refusal? Tensors(ref Utf8JsonReader json, string place)
    {
        if (json.TokenType == JsonTokenType.StartObject) return ByColumn(ref json, place);
        if (json.TokenType != JsonTokenType.StartArray) return BodyProblems.Malformed(place, "a value", "a list of rows, or an object with a list for each column");

        var first = json;
        first.Read();
        switch (first.TokenType)
        {
            case JsonTokenType.StartObject:
                return Records(ref json, place);
            case JsonTokenType.StartArray or JsonTokenType.EndArray:
                return RowLists(ref json, TableColumns.OfInputs(rows.Predictor, numeric: true), place);
            case var _ when rows.Predictor.Inputs.Count == 1:
                var only = new CellTable(TableColumns.OfInputs(rows.Predictor, numeric: true));
                only.Read(ref json);
                return only.Answer(_body, rows, place);
            default:
                return BodyProblems.Malformed(place, "a list of values", $"a list of rows: objects, or lists with the {rows.Predictor.Inputs.Count} inputs of the model in their order");
        }
    }

    private readonly Refusal? ByColumn(ref Utf8JsonReader json, string place)
    {
        var columns = TableColumns.Empty(rows.Predictor);
        var table = new CellTable(columns);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = _body[(int)json.TokenStartIndex..((int)json.TokenStartIndex + json.ValueSpan.Length + 2)];
            columns.Add(name, json.GetString()!);
            json.Read();
            table.Read(ref json);
        }

        return columns.Count == 0 ? BodyProblems.Malformed(place, "an object without columns", "a list of values for each column") : table.Answer(_body, rows, place);
    }
}
