using System.Text.Json;
using System.Text.Unicode;
using Cairn.Kernel;
using Cairn.Serving.Online;

namespace Cairn.Serving.Protocols;

/// <summary>
/// An inference request and its answer. Its rows come as a tensor for each input, or as one tensor with the inputs in their order;
/// the answer is a tensor for each output.
/// </summary>
/// <param name="version">The one named in the path; null: whichever serves.</param>
internal sealed class InferenceRequest(string deployment, string? version)
{
    public const string Prediction = "prediction", Probability = "probability", PredictionId = "prediction_id";

    /// <summary>All outputs, in the order they are answered when none is asked for.</summary>
    public static readonly (string Name, string Datatype)[] Outputs = [(Prediction, Tensor.Bytes), (Probability, "FP64"), (PredictionId, Tensor.Bytes)];

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 16 };

    private readonly List<(string Name, string Datatype)> _outputs = [];
    private string? _id;

    public Refusal? Read(ReadOnlySpan<byte> body, RowAnswers rows)
    {
        if (version is not null && version != rows.Routing.Champion.Version.ToString()) return InferenceError.NoVersion(deployment, version, rows.Routing.Champion.Version);
        if (!Utf8.IsValid(body)) return BodyProblems.NotUtf8();
        try
        {
            var json = BareNumbers.Replace(body);
            var tensors = new List<Tensor>();
            return Members(json, tensors) ?? (tensors is [var only] && IsTable(only, rows) ? Table(json, only, rows) : Columns(json, tensors, rows));
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

    public void Write(Utf8JsonWriter json, RowAnswers rows)
    {
        json.WriteStartObject();
        json.WriteString("model_name", deployment);
        json.WriteString("model_version", rows.Routing.Champion.Version.ToString());
        if (_id is not null) json.WriteString("id", _id);
        json.WriteStartArray("outputs");
        foreach (var (name, datatype) in _outputs.Count > 0 ? _outputs : (IEnumerable<(string, string)>)Outputs)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("datatype", datatype);
            json.WriteStartArray("shape");
            json.WriteNumberValue(rows.Answers.Count);
            json.WriteNumberValue(1);
            json.WriteEndArray();
            json.WriteStartArray("data");
            foreach (var answer in rows.Answers) WriteValue(json, name, answer);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, string output, RowAnswer answer)
    {
        switch (output)
        {
            case Prediction:
                json.WriteStringValue(answer.Prediction);
                break;
            case Probability:
                json.WriteNumberValue(answer.Probability);
                break;
            default:
                Span<char> digits = stackalloc char[32];
                answer.Id.TryFormat(digits, out _, "N");
                json.WriteStringValue(digits);
                break;
        }
    }

    private Refusal? Members(ReadOnlySpan<byte> body, List<Tensor> tensors)
    {
        var json = new Utf8JsonReader(body, Options);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) return BodyProblems.Malformed("$", "no object", "an inference request: an object with inputs");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var member = json.ValueTextEquals("inputs"u8) ? "inputs" : json.ValueTextEquals("outputs"u8) ? "outputs" : json.ValueTextEquals("id"u8) ? "id" : null;
            json.Read();
            var refusal = member switch
            {
                "inputs" => Inputs(ref json, tensors),
                "outputs" => Asked(ref json),
                "id" when json.TokenType == JsonTokenType.String => Id(ref json),
                "id" when json.TokenType != JsonTokenType.Null => BodyProblems.Malformed("$.id", "no text", "a text, or no id"),
                _ => null,
            };
            if (refusal is not null) return refusal;
            json.Skip();
        }

        json.Read(); // throws when something follows
        return tensors.Count == 0 ? BodyProblems.Malformed("$.inputs", "no tensor", "a tensor for each input of the model, or one for all of them") : null;
    }

    private Refusal? Id(ref Utf8JsonReader json)
    {
        _id = json.GetString();
        return null;
    }

    private static Refusal? Inputs(ref Utf8JsonReader json, List<Tensor> tensors)
    {
        if (json.TokenType != JsonTokenType.StartArray) return BodyProblems.Malformed("$.inputs", "no list", "a list of tensors");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            var tensor = new TensorReader($"$.inputs[{tensors.Count}]").Read(ref json);
            if (tensor.Refusal is { } refusal) return refusal;
            tensors.Add(tensor.Value);
        }

        return null;
    }

    private Refusal? Asked(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.StartArray) return BodyProblems.Malformed("$.outputs", "no list", "a list of objects with the name of an output");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            string? name = null;
            if (json.TokenType == JsonTokenType.StartObject)
            {
                while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
                {
                    var isName = json.ValueTextEquals("name"u8);
                    json.Read();
                    if (isName && json.TokenType == JsonTokenType.String) name = json.GetString();
                    json.Skip();
                }
            }

            var output = Array.Find(Outputs, known => known.Name == name);
            if (output.Name is null)
                return BodyProblems.Malformed($"$.outputs[{_outputs.Count}]", name is null ? "no name" : $"'{name}'", $"one of {string.Join(", ", Outputs.Select(known => known.Name))}");
            _outputs.Add(output);
        }

        return null;
    }

    /// <summary>One tensor for all inputs, and not the only one of a model with one.</summary>
    private static bool IsTable(Tensor tensor, RowAnswers rows) =>
        tensor.Shape is [_, var columns] && columns == rows.Predictor.Inputs.Count && !(columns == 1 && tensor.Name == rows.Predictor.Inputs[0].Name);

    private static Refusal? Table(ReadOnlySpan<byte> body, Tensor tensor, RowAnswers rows)
    {
        var cells = Cells(body, tensor);
        if (cells.Refusal is { } refusal) return refusal;
        var inputs = rows.Predictor.Inputs;
        var columns = TableColumns.OfInputs(rows.Predictor, numeric: tensor.Datatype != Tensor.Bool);
        var text = new RowText(columns);
        for (var row = 0; row < tensor.Shape[0]; row++)
        {
            text.Begin();
            for (var column = 0; column < inputs.Count; column++)
            {
                var (start, length) = cells.Value[(row * inputs.Count) + column];
                var value = body.Slice(start, length);
                text.Add(column, tensor.Datatype == Tensor.Bytes ? CellText.ToJson(value, inputs[column].Type) : value);
            }

            if (!rows.Add(text.End(), CellTable.Row)) break;
        }

        return null;
    }

    private static Refusal? Columns(ReadOnlySpan<byte> body, List<Tensor> tensors, RowAnswers rows)
    {
        var columns = TableColumns.Empty(rows.Predictor);
        var table = new CellTable(columns);
        foreach (var tensor in tensors)
        {
            if (!tensor.IsColumn)
            {
                return BodyProblems.Malformed($"$.inputs[{table.Columns.Count}].shape", tensor.ShapeText,
                    $"[n] or [n, 1] for n rows of one input, or [n, {rows.Predictor.Inputs.Count}] and no other tensor for all inputs in their order");
            }

            var cells = Cells(body, tensor);
            if (cells.Refusal is { } refusal) return refusal;
            columns.Add(body.Slice(tensor.RawName.Start, tensor.RawName.Length), tensor.Name, numeric: tensor.Datatype != Tensor.Bool);
            table.Add(cells.Value);
        }

        return table.Answer(body, rows, "$.inputs");
    }

    /// <summary>Row after row, however the lists in the data are nested: some clients write them flat, some as the shape is.</summary>
    private static Answer<List<(int Start, int Length)>> Cells(ReadOnlySpan<byte> body, Tensor tensor)
    {
        if (tensor.Shape[0] > PredictRows.MostRows) return RowAnswers.TooMany();
        var expected = tensor.Shape.Aggregate(1L, (product, size) => size > 0 && product > int.MaxValue / size ? int.MaxValue : product * size);
        var cells = new List<(int Start, int Length)>((int)Math.Min(expected, tensor.Data.Length / 2));
        var json = new Utf8JsonReader(body.Slice(tensor.Data.Start, tensor.Data.Length), Options);
        while (json.Read())
        {
            if (json.TokenType is not (JsonTokenType.StartArray or JsonTokenType.EndArray)) cells.Add(CellTable.Cell(ref json, tensor.Data.Start));
        }

        return cells.Count == expected
            ? cells
            : BodyProblems.Malformed($"the data of {tensor.Name}", $"{cells.Count} values", $"{expected}, as many as its shape {tensor.ShapeText} has");
    }
}
