using System.Globalization;
using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;

namespace Cairn.Web.Predicting;

/// <summary>The inputs of a deployment as fields of a form: their values as texts, and what is wrong with them.</summary>
/// <remarks>Fields are named by their place, since the name of an input can be any text. <see cref="Model"/> travels along, so that a place means what it meant.</remarks>
public sealed class RowForm
{
    public const string EntityField = "entity", ModelField = "model";

    private const int MostListed = 200;

    private readonly IReadOnlyList<InputFieldWire> _inputs;
    private readonly string[] _values;
    private readonly Dictionary<string, string> _problems = new(StringComparer.Ordinal);

    private RowForm(DeploymentWire deployment, Func<InputFieldWire, int, string> value, string entity)
    {
        _inputs = deployment.Inputs ?? [];
        _values = [.. _inputs.Select(value)];
        (Model, EntityInput, Entity) = (deployment.PackageDigest ?? "", _inputs.Any(input => input.Name == deployment.EntityInput) ? null : deployment.EntityInput, entity);
    }

    /// <summary>Begun with the values of the package's example.</summary>
    public static RowForm Begin(DeploymentWire deployment) => new(deployment, (input, _) => Text(input.Example) is { Length: > 0 } text ? text : Fallback(input), "");

    /// <summary>As it was sent.</summary>
    internal static RowForm Sent(DeploymentWire deployment, PageRequest request) => new(deployment, (_, place) => request.Field(FieldOf(place)), request.Field(EntityField));

    /// <summary>With what a logged prediction was asked.</summary>
    public static RowForm Logged(DeploymentWire deployment, LoggedPredictionWire prediction)
    {
        var logged = (prediction.Inputs ?? []).DistinctBy(input => input.Input, StringComparer.Ordinal).ToDictionary(input => input.Input, input => input.Value, StringComparer.Ordinal);
        return new(deployment, (input, _) => Text(logged.GetValueOrDefault(input.Name)), prediction.Entity ?? "");
    }

    /// <value>The digest of the package that the fields are of.</value>
    public string Model { get; }

    /// <value>The member that says whom the row is about; null: there is none, or it is an input.</value>
    public string? EntityInput { get; }

    public string Entity { get; }

    /// <value>What is wrong beside any one field.</value>
    public string? Problem { get; private set; }

    public IReadOnlyList<FormField> Fields => [.. _inputs.Select((input, place) => new FormField(
        FieldOf(place), input, _values[place], _problems.GetValueOrDefault(input.Name), Hint(input), Options(input, _values[place])))];

    public bool HasProblems => _problems.Count > 0 || Problem is not null;

    public static string FieldOf(int place) => $"in{place.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Puts what the API found beside the fields it found it in.</summary>
    public RowForm With(Problem problem)
    {
        foreach (var error in problem.Errors ?? [])
        {
            if (_inputs.FirstOrDefault(input => IsAt(error.Field, input.Name)) is { } input) _problems[input.Name] = $"found {error.Found}, expected {error.Expected}";
            else Problem = $"{error.Field}: found {error.Found}, expected {error.Expected}";
        }

        if (!HasProblems) Problem = problem.Detail;
        return this;
    }

    /// <summary>One row as the API takes it. A text that does not fit its input is sent as it is, so that the contract says what it expected.</summary>
    public byte[] ToJson(string? changed = null, JsonElement? to = null)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            for (var place = 0; place < _inputs.Count; place++)
            {
                if (_inputs[place].Name == changed)
                {
                    json.WritePropertyName(changed);
                    to!.Value.WriteTo(json);
                }
                else
                {
                    RowJson.Write(json, _inputs[place], _values[place]);
                }
            }

            if (EntityInput is not null && Entity.Length > 0) json.WriteString(EntityInput, Entity);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    public JsonElement ToElement(string? changed = null, JsonElement? to = null)
    {
        using var document = JsonDocument.Parse(ToJson(changed, to));
        return document.RootElement.Clone();
    }

    /// <summary>$.rows[0].tenure and $['Total Charges'], as the API writes places.</summary>
    private static bool IsAt(string place, string name) =>
        place.EndsWith("." + name, StringComparison.Ordinal) || place.EndsWith($"['{name.Replace("'", "\\'", StringComparison.Ordinal)}']", StringComparison.Ordinal);

    private static string Text(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { } other => other.GetRawText(),
    };

    private static string Fallback(InputFieldWire input) => !input.Required ? "" : input.Type switch
    {
        "boolean" => "false",
        "category" => input.Categories is { Count: > 0 } categories ? categories[0] : "",
        _ => (input.Min ?? input.Max) is { } end ? end.ToString("R", CultureInfo.InvariantCulture) : "",
    };

    private static string? Hint(InputFieldWire input)
    {
        var range = (input.Min, input.Max) switch
        {
            ({ } min, { } max) => $"{Format.Number(min)} to {Format.Number(max)}",
            ({ } min, null) => $"at least {Format.Number(min)}",
            (null, { } max) => $"at most {Format.Number(max)}",
            _ when input.Type == "timestamp" => "a time such as 2026-03-01T12:30:00Z",
            _ => null,
        };
        return (range, input.Required) switch { (null, true) => null, (null, false) => "may be empty", ({ } words, true) => words, ({ } words, false) => $"{words}, or empty" };
    }

    private static IReadOnlyList<(string Value, string Word)>? Options(InputFieldWire input, string value)
    {
        IReadOnlyList<string>? values = input.Type == "boolean" ? ["true", "false"] : input.Type == "category" && input.Categories is { Count: <= MostListed } categories ? categories : null;
        if (values is null) return null;
        var known = values.Contains(value, StringComparer.Ordinal);
        return [.. input.Required && known ? [] : new[] { ("", Format.None) }, .. known || value.Length == 0 ? [] : new[] { (value, Format.Clip(value, 60)) }, .. values.Select(one => (one, Format.Clip(one, 80)))];
    }
}

/// <param name="Name">In the form.</param>
/// <param name="Options">Null: it is typed.</param>
public sealed record FormField(string Name, InputFieldWire Input, string Value, string? Problem, string? Hint, IReadOnlyList<(string Value, string Word)>? Options)
{
    public bool IsNumber => Input.Type is "number" or "integer";

    /// <value>Between which values one would try: the contract's, where it has ends, else a round number on the far side of the values at hand. Null: not a number.</value>
    public (double Low, double High)? Span
    {
        get
        {
            if (!IsNumber || !double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) return null;
            var example = Input.Example is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : value;
            var low = Input.Min ?? (Math.Min(value, example) is < 0 and var least ? -Round(-2 * least) : 0);
            var high = Input.Max ?? Math.Max(Round(2 * Math.Max(value, example)), low + 1);
            return low < high && low <= value && value <= high ? (low, high) : null;
        }
    }

    /// <summary>The next of 1, 2, 5, 10, 20, …</summary>
    private static double Round(double number)
    {
        if (!(number > 0)) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(number)));
        return (number / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }
}

/// <summary>Texts of a form or a file as members of a row.</summary>
internal static class RowJson
{
    /// <summary>An empty text is no member: the input is missing.</summary>
    public static void Write(Utf8JsonWriter json, InputFieldWire input, string value)
    {
        var trimmed = value.Trim();
        if (trimmed.Length == 0) return;
        switch (input.Type)
        {
            case "number" or "integer" when double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number):
                json.WriteNumber(input.Name, number);
                break;
            case "boolean" when bool.TryParse(trimmed, out var truth):
                json.WriteBoolean(input.Name, truth);
                break;
            case "boolean" when trimmed is "0" or "1":
                json.WriteBoolean(input.Name, trimmed == "1");
                break;
            default:
                json.WriteString(input.Name, value);
                break;
        }
    }
}
