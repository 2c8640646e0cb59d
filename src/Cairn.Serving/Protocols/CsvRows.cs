using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Online;

namespace Cairn.Serving.Protocols;

/// <summary>
/// The rows in a body of CSV as <c>DataFrame.to_csv()</c> writes it: a header, commas, quotes as in RFC 4180. A value is read as a
/// snapshot reads its source: blanks around it do not count, an empty one is missing, and so is a word like NA where a number,
/// a boolean or a time is expected.
/// </summary>
internal ref struct CsvRows(ReadOnlySpan<byte> body, RowAnswers rows)
{
    private readonly List<(int Start, int Length, bool Quoted)> _fields = [];
    private readonly ReadOnlySpan<byte> _body = body.StartsWith("\uFEFF"u8) ? body[3..] : body;
    private int _at;
    private int _line = 1;

    /// <returns>What is wrong with the body as a whole; null: the rows were answered, or noted as wrong.</returns>
    public static Refusal? Read(ReadOnlySpan<byte> body, RowAnswers rows) => Utf8.IsValid(body) ? new CsvRows(body, rows).Run() : BodyProblems.NotUtf8();

    private Refusal? Run()
    {
        if (Next() is { } broken) return broken;
        if (_fields.Count == 0) return BodyProblems.Malformed("line 1", "nothing", "a header with the names of the columns");
        var inputs = rows.Predictor.Inputs.ToDictionary(input => input.Name, StringComparer.Ordinal);
        var header = new List<(JsonEncodedText Name, string Type)>();
        foreach (var field in _fields)
        {
            var name = Encoding.UTF8.GetString(Text(field));
            header.Add((JsonEncodedText.Encode(name), inputs.TryGetValue(name, out InputFieldWire? input) ? input.Type : "text"));
        }

        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        while (true)
        {
            if (Next() is { } fault) return fault;
            if (_fields.Count == 0) return null;
            if (_fields.Count != header.Count) return BodyProblems.Malformed($"line {_line - 1}", $"{_fields.Count} fields", $"{header.Count}, as many as the header has");

            buffer.ResetWrittenCount();
            json.Reset();
            json.WriteStartObject();
            for (var i = 0; i < _fields.Count; i++)
            {
                json.WritePropertyName(header[i].Name);
                CellText.Write(json, Text(_fields[i]), header[i].Type);
            }

            json.WriteEndObject();
            json.Flush();
            if (!rows.Add(buffer.WrittenSpan, CellTable.Row)) return null;
        }
    }

    /// <summary>Reads the fields of the next record that is not blank; none at the end.</summary>
    private Refusal? Next()
    {
        _fields.Clear();
        while (_at < _body.Length && _body[_at] is (byte)'\r' or (byte)'\n') LineEnd();
        if (_at == _body.Length) return null;
        while (true)
        {
            if (_at < _body.Length && _body[_at] == '"')
            {
                if (Quoted() is { } fault) return fault;
            }
            else
            {
                var length = _body[_at..].IndexOfAny(",\r\n"u8);
                if (length < 0) length = _body.Length - _at;
                _fields.Add((_at, length, false));
                _at += length;
            }

            if (_at < _body.Length && _body[_at] == ',')
            {
                _at++;
                continue;
            }

            LineEnd();
            return null;
        }
    }

    private Refusal? Quoted()
    {
        var opened = _line;
        var start = ++_at;
        while (true)
        {
            var next = _body[_at..].IndexOfAny((byte)'"', (byte)'\n');
            if (next < 0) return BodyProblems.Malformed($"line {opened}", "a quote that is never closed", "a quote at the end of the field");
            _at += next + 1;
            if (_body[_at - 1] == '\n') _line++;
            else if (_at < _body.Length && _body[_at] == '"') _at++;
            else break;
        }

        _fields.Add((start, _at - 1 - start, true));
        return _at == _body.Length || _body[_at] is (byte)',' or (byte)'\r' or (byte)'\n'
            ? null
            : BodyProblems.Malformed($"line {_line}", "text after a closing quote", "a comma or the end of the line; a quote inside a field is written twice");
    }

    private void LineEnd()
    {
        if (_at < _body.Length && _body[_at] == '\r') _at++;
        if (_at < _body.Length && _body[_at] == '\n') _at++;
        _line++;
    }

    private readonly ReadOnlySpan<byte> Text((int Start, int Length, bool Quoted) field)
    {
        var text = _body.Slice(field.Start, field.Length);
        if (field.Quoted && text.Contains((byte)'"')) text = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text).Replace("\"\"", "\"", StringComparison.Ordinal));
        return text.Trim(" \t\r\n"u8);
    }
}
