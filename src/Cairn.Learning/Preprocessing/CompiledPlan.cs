using System.Text;
using System.Text.Json;
using Cairn.Data;
using Cairn.Kernel;

namespace Cairn.Learning.Preprocessing;

/// <summary>The online path: the bytes of a JSON object, straight into slots, then through the pipeline into the feature vector.</summary>
/// <remarks>A row that keeps the contract is read without allocating; messages are only made for one that does not.</remarks>
internal sealed class CompiledPlan
{
    private const int MostProblems = 20;
    private const double LargestWhole = 1L << 53;

    private readonly Pipeline _pipeline;
    private readonly TextTable _names;
    private readonly InputRule[] _rules;
    private readonly int _longestText;
    private readonly bool[] _isText;

    public CompiledPlan(Pipeline pipeline, Schema schema)
    {
        _pipeline = pipeline;
        Layout = new([.. pipeline.Inputs.Select(input => new LoggedInput(input.Name, input.Type)), .. Others(pipeline, schema)], pipeline.Texts.Texts);
        _names = new([.. Layout.Inputs.Select(input => input.Name)]);
        _isText = [.. Layout.Inputs.Select(input => input.Type == ColumnType.Category)];
        _rules = [.. pipeline.Inputs.Select(input => new InputRule(input, schema.Find(input.Name), pipeline.Texts))];
        _longestText = pipeline.Texts.Texts.Concat(_names.Texts).Select(Encoding.UTF8.GetByteCount).DefaultIfEmpty().Max();
    }

    public IReadOnlyList<InputRule> Rules => _rules;

    public InputLayout Layout { get; }

    public PredictorRow NewRow() => new(_pipeline.Slots, _pipeline.Features.Count, _rules.Length, _isText);

    /// <summary>See <see cref="Predictor.Read"/>.</summary>
    public Refusal? Read(ref Utf8JsonReader json, PredictorRow row, string path)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            var found = Found(ref json);
            json.Skip();
            return Refuse([new(path, found, "an object with one member for each input")], path);
        }

        row.Reset(_rules.Length);
        List<FieldProblem>? problems = null;
        var next = 0;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var slot = Slot(ref json, next);
            var isEntity = (slot < 0 || slot >= _rules.Length) && row.EntityName.Length > 0 && json.ValueTextEquals(row.EntityName);
            json.Read();
            if (slot < 0 || slot >= _rules.Length)
            {
                if (slot >= 0) Other(ref json, row, slot);
                if (isEntity && !row.TakeEntity(ref json)) (problems ??= []).Add(new(At(path, Encoding.UTF8.GetString(row.EntityName)), Found(ref json), PredictorRow.ExpectedEntity));
                json.Skip(); // columns that the model does not use are sent as a matter of course
                continue;
            }

            next = slot + 1;
            var problem = row.Seen[slot] ? new(At(path, _rules[slot].Name), "the member twice", "the member once") : Value(ref json, row, slot, path);
            row.Seen[slot] = true;
            if (problem is not null) (problems ??= []).Add(problem);
            json.Skip();
        }

        for (var slot = 0; slot < _rules.Length; slot++)
        {
            if (!row.Seen[slot] && _rules[slot].Required) (problems ??= []).Add(new(At(path, _rules[slot].Name), "nothing", _rules[slot].Expected));
        }

        if (problems is not null) return Refuse(problems, path);

        _pipeline.Encode(row.Slots, row.Vector);
        return null;
    }

    private FieldProblem? Value(ref Utf8JsonReader json, PredictorRow row, int slot, string path)
    {
        var rule = _rules[slot];
        double value;
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                return rule.Required ? Problem(ref json, rule, path) : null;
            case JsonTokenType.Number when rule.Type is ColumnType.Number or ColumnType.Integer:
                if (!json.TryGetDouble(out value) || !double.IsFinite(value)) return Problem(ref json, rule, path);
                if (rule.Type == ColumnType.Integer && (value != Math.Floor(value) || Math.Abs(value) > LargestWhole)) return Problem(ref json, rule, path);
                break;
            case JsonTokenType.True or JsonTokenType.False when rule.Type == ColumnType.Boolean:
                value = json.TokenType == JsonTokenType.True ? 1 : 0;
                break;
            case JsonTokenType.String when rule.Type == ColumnType.Category:
                var code = Code(ref json);
                if (!rule.Allows(code)) return Problem(ref json, rule, path);
                row.TakeText(slot, code, ref json);
                return null;
            case JsonTokenType.String when rule.Type == ColumnType.Timestamp && TryGetMicros(ref json, out value):
                break;
            default:
                return Problem(ref json, rule, path);
        }

        if (!rule.InRange(value)) return Problem(ref json, rule, path);
        row.Slots[slot] = value;
        return null;
    }

    /// <summary>A column of the contract that the model does not use: taken for the log as it comes; whether it keeps the contract is asked by who uses it.</summary>
    private void Other(ref Utf8JsonReader json, PredictorRow row, int slot)
    {
        var type = Layout.Inputs[slot].Type;
        ref var value = ref row.Others[slot - _rules.Length];
        value = double.PositiveInfinity;
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                value = double.NaN;
                break;
            case JsonTokenType.Number when type is ColumnType.Number or ColumnType.Integer && json.TryGetDouble(out var number):
                value = number;
                break;
            case JsonTokenType.True or JsonTokenType.False when type == ColumnType.Boolean:
                value = json.TokenType == JsonTokenType.True ? 1 : 0;
                break;
            case JsonTokenType.String when type == ColumnType.Category:
                row.TakeText(slot, Code(ref json), ref json);
                break;
            case JsonTokenType.String when type == ColumnType.Timestamp && TryGetMicros(ref json, out var micros):
                value = micros;
                break;
        }
    }

    /// <summary>Columns a request may carry that the model does not use, but another version of it may. No free text, no personal data, no key.</summary>
    private static IEnumerable<LoggedInput> Others(Pipeline pipeline, Schema schema) => schema.Columns
        .Where(c => c.AtPrediction && !c.Pii && c.Type != ColumnType.Text && c.Name != schema.Key && c.Name != schema.Target?.Column && pipeline.Inputs.All(i => i.Name != c.Name))
        .Select(c => new LoggedInput(c.Name, c.Type));

    /// <param name="next">The slot that comes next when members stand in the order of the schema.</param>
    private int Slot(ref Utf8JsonReader json, int next)
    {
        if (json.HasValueSequence || json.ValueIsEscaped) return FindUnescaped(ref json, _names);
        return next < _rules.Length && _names.Is(next, json.ValueSpan) ? next : _names.Find(json.ValueSpan);
    }

    private int Code(ref Utf8JsonReader json) =>
        json.HasValueSequence || json.ValueIsEscaped ? FindUnescaped(ref json, _pipeline.Texts) : _pipeline.Texts.Find(json.ValueSpan);

    /// <summary>-1 for a text that is not in the table, such as one longer than any that is.</summary>
    private int FindUnescaped(ref Utf8JsonReader json, TextTable table)
    {
        var length = json.HasValueSequence ? json.ValueSequence.Length : json.ValueSpan.Length;
        if (length > 6L * _longestText) return -1; // an escape is six bytes at most
        var buffer = length <= 512 ? stackalloc byte[512] : new byte[length];
        try
        {
            return table.Find(buffer[..json.CopyString(buffer)]);
        }
        catch (InvalidOperationException) // half a surrogate pair
        {
            return -1;
        }
    }

    /// <summary>A time without an offset is UTC.</summary>
    private static bool TryGetMicros(ref Utf8JsonReader json, out double micros)
    {
        micros = double.NaN;
        if (!json.TryGetDateTime(out var time)) return false;
        if (time.Kind == DateTimeKind.Unspecified) micros = Time.ToMicros(new(DateTime.SpecifyKind(time, DateTimeKind.Utc)));
        else if (json.TryGetDateTimeOffset(out var offset)) micros = Time.ToMicros(offset);
        return !double.IsNaN(micros);
    }

    private static FieldProblem Problem(ref Utf8JsonReader json, InputRule rule, string path) => new(At(path, rule.Name), Found(ref json), rule.Expected);

    private static string Found(ref Utf8JsonReader json)
    {
        const int Longest = 60;
        switch (json.TokenType)
        {
            case JsonTokenType.StartObject: return "an object";
            case JsonTokenType.StartArray: return "a list";
            case JsonTokenType.Null: return "null";
            case JsonTokenType.True: return "true";
            case JsonTokenType.False: return "false";
        }

        var raw = Encoding.UTF8.GetString(json.HasValueSequence ? System.Buffers.BuffersExtensions.ToArray(json.ValueSequence) : json.ValueSpan);
        if (raw.Length > Longest) raw = $"{raw[..Longest]}…";
        return json.TokenType == JsonTokenType.String ? $"the text \"{raw}\"" : raw;
    }

    private static string At(string path, string name) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? $"{path}.{name}" : $"{path}['{name.Replace("'", "\\'", StringComparison.Ordinal)}']";

    private static Refusal.Invalid Refuse(List<FieldProblem> problems, string path)
    {
        var shown = string.Join("; ", problems.Take(3)) + (problems.Count > 3 ? $"; and {problems.Count - 3} more" : "");
        return new("predict.row-invalid", $"The row at {path} does not keep the contract of the model: {shown}.") { Fields = [.. problems.Take(MostProblems)] };
    }
}
