using System.Buffers;
using System.Text.Json;
using Cairn.Data;

namespace Cairn.Serving.Queries;

/// <summary>Runs a SELECT of a caller and writes its rows as JSON, as many as an answer takes.</summary>
internal sealed class QueryAnswer(int limit, long from, long to)
{
    private const int MostBytes = 8 << 20;

    private enum Kind
    {
        Truth,
        Whole,
        Number,

        /// <summary>Written as a number, though it may be larger than 64 bits.</summary>
        Large,
        Text,
    }

    /// <exception cref="InvalidDataException">DuckDB does not take it.</exception>
    public byte[] Read(AnalyticsJob job, string sql)
    {
        // On lines of its own: it may end in a comment.
        var columns = Describe(job, $"SELECT * FROM (\n{sql}\n)");
        var casts = columns.Select((column, i) => $"CAST(#{i + 1} AS {TypeOf(column.Kind)})");

        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartArray("columns");
        foreach (var (name, type, _) in columns)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("type", type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("rows");
        using (var rows = job.Query($"SELECT {string.Join(", ", casts)} FROM (\n{sql}\n) LIMIT {limit + 1}"))
            json.WriteBoolean("truncated", Write(json, rows, [.. columns.Select(column => column.Kind)]));
        json.WriteNumber("from", from);
        json.WriteNumber("to", to);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static List<(string Name, string Type, Kind Kind)> Describe(AnalyticsJob job, string select)
    {
        var columns = new List<(string, string, Kind)>();
        using var rows = job.Query($"SELECT column_name, column_type FROM (DESCRIBE {select})");
        while (rows.Next())
        {
            var names = rows.Texts(0);
            var types = rows.Texts(1);
            for (var i = 0; i < rows.Count; i++) columns.Add((names.Text(i), types.Text(i), KindOf(types.Text(i))));
        }

        return columns;
    }

    private static Kind KindOf(string type) => type switch
    {
        "BOOLEAN" => Kind.Truth,
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" => Kind.Whole,
        "FLOAT" or "DOUBLE" => Kind.Number,
        "HUGEINT" or "UBIGINT" or "UHUGEINT" => Kind.Large,
        _ => type.StartsWith("DECIMAL(", StringComparison.Ordinal) && !type.EndsWith(']') ? Kind.Number : Kind.Text,
    };

    private static string TypeOf(Kind kind) => kind switch { Kind.Truth => "BOOLEAN", Kind.Whole => "BIGINT", Kind.Number => "DOUBLE", _ => "VARCHAR" };

    /// <summary>Ends the list of rows.</summary>
    /// <returns>True: there are more.</returns>
    private bool Write(Utf8JsonWriter json, AnalyticsRows rows, Kind[] kinds)
    {
        var written = 0;
        var more = false;
        while (!more && rows.Next())
        {
            for (var row = 0; row < rows.Count && !more; row++)
            {
                more = written == limit || json.BytesCommitted + json.BytesPending > MostBytes;
                if (more) break;
                json.WriteStartArray();
                for (var column = 0; column < kinds.Length; column++) Write(json, rows, kinds[column], column, row);
                json.WriteEndArray();
                written++;
            }
        }

        json.WriteEndArray();
        return more;
    }

    private static void Write(Utf8JsonWriter json, AnalyticsRows rows, Kind kind, int column, int row)
    {
        if (rows.IsNull(column, row))
        {
            json.WriteNullValue();
            return;
        }

        switch (kind)
        {
            case Kind.Truth: json.WriteBooleanValue(rows.Booleans(column)[row] != 0); break;
            case Kind.Whole: json.WriteNumberValue(rows.BigInts(column)[row]); break;
            case Kind.Number when rows.Doubles(column)[row] is var number && double.IsFinite(number): json.WriteNumberValue(number); break;
            case Kind.Number: json.WriteStringValue(rows.Doubles(column)[row] switch { double.PositiveInfinity => "Infinity", double.NegativeInfinity => "-Infinity", _ => "NaN" }); break;
            case Kind.Large: json.WriteRawValue(rows.Texts(column)[row]); break;
            default: json.WriteStringValue(rows.Texts(column)[row]); break;
        }
    }
}
