using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Cairn.Tracking.Mlflow.Protocol;

/// <summary>
/// Reads a message as protobuf's JSON has it: field names in snake_case or lowerCamelCase, numbers as text too, null for unset, unknown
/// fields skipped. Every field that is read or skipped leaves the reader at the end of its value.
/// </summary>
internal ref struct ProtoReader
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly bool _fromQuery;
    private Utf8JsonReader _json;
    private string? _list;
    private int _item;

    /// <param name="fromQuery">A query string that was made an object: whatever stands in it is text, and a list of one is no list.</param>
    public ProtoReader(ReadOnlySpan<byte> json, bool fromQuery)
    {
        _text = json;
        _fromQuery = fromQuery;
        _json = new(json);
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartObject) throw new JsonException("The body is no object.");
    }

    /// <value>Where in a list the reader is: <c>metrics[3]</c>.</value>
    public readonly string Place => string.Create(CultureInfo.InvariantCulture, $"{_list}[{_item}]");

    /// <summary>To the next field of the object that is being read; false at its end.</summary>
    public bool Next() => _json.Read() && _json.TokenType == JsonTokenType.PropertyName;

    /// <summary>Whether the field has that name.</summary>
    public readonly bool Is(ReadOnlySpan<byte> snake)
    {
        if (_json.ValueIsEscaped) return IsEscaped(snake);
        if (_json.ValueTextEquals(snake)) return true;
        var name = _json.ValueSpan;
        var at = 0;
        for (var i = 0; i < snake.Length; i++, at++)
        {
            if (at == name.Length) return false;
            if (snake[i] == '_' && i + 1 < snake.Length)
            {
                i++;
                if (name[at] != snake[i] - 32) return false;
            }
            else if (name[at] != snake[i])
            {
                return false;
            }
        }

        return at == name.Length;
    }

    private readonly bool IsEscaped(ReadOnlySpan<byte> snake)
    {
        try
        {
            return _json.ValueTextEquals(snake);
        }
        catch (InvalidOperationException)
        {
            return false; // half a surrogate pair: no name of ours
        }
    }

    public void Skip()
    {
        _json.Read();
        _json.Skip();
    }

    public string? Text(string field)
    {
        _json.Read();
        return _json.TokenType switch
        {
            JsonTokenType.String => String(field),
            JsonTokenType.Null => null,
            _ => throw WrongType(field),
        };
    }

    /// <summary>A whole number; one with a fraction loses it.</summary>
    public long? Whole(string field)
    {
        _json.Read();
        switch (_json.TokenType)
        {
            case JsonTokenType.Null: return null;
            case JsonTokenType.Number when _json.TryGetInt64(out var whole): return whole;
            case JsonTokenType.True: return 1;
            case JsonTokenType.False: return 0;
            case JsonTokenType.String when long.TryParse(_json.ValueSpan.Length > 40 ? "" : String(field), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written): return written;
            case JsonTokenType.Number when _json.TryGetDouble(out var number) && Math.Abs(number) < 9.2e18: return (long)number;
            default: throw WrongType(field);
        }
    }

    /// <summary>A number, NaN and the infinities too.</summary>
    public double? Number(string field)
    {
        _json.Read();
        switch (_json.TokenType)
        {
            case JsonTokenType.Null: return null;
            case JsonTokenType.Number when _json.TryGetDouble(out var number): return number;
            case JsonTokenType.True: return 1;
            case JsonTokenType.False: return 0;
            case JsonTokenType.String when _json.ValueSpan.Length <= 400:
                var text = String(field);
                switch (text)
                {
                    case "NaN": return double.NaN;
                    case "Infinity": return double.PositiveInfinity;
                    case "-Infinity": return double.NegativeInfinity;
                }

                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var written) && double.IsFinite(written)) return written;
                throw WrongType(field);
            default: throw WrongType(field);
        }
    }

    public bool? Truth(string field)
    {
        _json.Read();
        return _json.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.String when String(field) is var text => text switch { "true" => true, "false" => false, _ => throw WrongType(field) },
            _ => throw WrongType(field),
        };
    }

    /// <summary>The name of an enum's value, or its number, as text. Unknown ones are for the caller to judge.</summary>
    public string? Enum(string field)
    {
        _json.Read();
        return _json.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => String(field),
            JsonTokenType.Number => Encoding.UTF8.GetString(_json.ValueSpan),
            _ => throw WrongType(field),
        };
    }

    public IReadOnlyList<string> Texts(string field)
    {
        var texts = new List<string>();
        _json.Read();
        if (_json.TokenType == JsonTokenType.Null) return texts;
        if (_fromQuery && _json.TokenType == JsonTokenType.String)
        {
            texts.Add(String(field));
            return texts;
        }

        if (_json.TokenType != JsonTokenType.StartArray) throw WrongType(field);
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray) texts.Add(_json.TokenType == JsonTokenType.String ? String(field) : throw WrongType(field));
        return texts;
    }

    /// <summary>Each object of a list; called until it is false.</summary>
    /// <param name="items">How many there were; 0 at first.</param>
    public bool NextItem(string field, ref int items)
    {
        _json.Read();
        if (items == 0)
        {
            if (_json.TokenType == JsonTokenType.Null) return false;
            if (_json.TokenType != JsonTokenType.StartArray) throw WrongType(field);
            _json.Read();
        }

        if (_json.TokenType == JsonTokenType.EndArray)
        {
            _list = null;
            return false;
        }

        if (_json.TokenType != JsonTokenType.StartObject) throw WrongType(field);
        (_list, _item) = (field, items++);
        return true;
    }

    /// <summary>An object inside; its fields are read by <see cref="Next"/>. False: it is null.</summary>
    public bool BeginObject(string field)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Null) return false;
        return _json.TokenType == JsonTokenType.StartObject ? true : throw WrongType(field);
    }

    private string String(string field)
    {
        string text;
        try
        {
            text = _json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw MlflowException.Invalid($"Invalid value for parameter '{Named(field)}' supplied: it is not valid Unicode.");
        }

        return text.Contains('\0', StringComparison.Ordinal)
            ? throw MlflowException.Invalid($"Invalid value for parameter '{Named(field)}' supplied: it holds the character U+0000, which no database keeps.")
            : text;
    }

    private readonly string Named(string field) => _list is null || _list == field ? field : $"{Place}.{field}";

    private MlflowException WrongType(string field)
    {
        const int Shown = 200;
        var type = _json.TokenType switch
        {
            JsonTokenType.String => "str",
            JsonTokenType.Number => _json.TryGetInt64(out _) ? "int" : "float",
            JsonTokenType.True or JsonTokenType.False => "bool",
            JsonTokenType.StartArray => "list",
            JsonTokenType.StartObject => "dict",
            _ => "NoneType",
        };
        var start = (int)_json.TokenStartIndex;
        _json.Skip();
        var json = Encoding.UTF8.GetString(_text[start..(int)_json.BytesConsumed]);
        return MlflowException.WrongType(json.Length > Shown ? json[..Shown] + "…" : json, Named(field), type);
    }
}
