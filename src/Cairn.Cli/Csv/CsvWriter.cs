using System.Buffers;

namespace Cairn.Cli.Csv;

internal static class CsvWriter
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    public static async Task Write(TextWriter writer, params IReadOnlyList<string> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (i > 0) await writer.WriteAsync(',');
            var field = fields[i];
            await writer.WriteAsync(field.AsSpan().ContainsAny(Special) ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field);
        }

        await writer.WriteAsync('\n');
    }
}
