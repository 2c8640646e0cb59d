using System.Globalization;
using System.Text;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Components.Tables;

/// <summary>A table that is at hand as a whole.</summary>
internal static class CsvAnswer
{
    public static CsvAnswer<T> Of<T>(string name, IReadOnlyList<Column<T>> columns, IReadOnlyList<T> rows) => new(name, columns, _ => Task.FromResult(new Page<T>(rows)));
}

/// <summary>All pages of a list as one CSV file (RFC 4180, UTF-8), written while they are read.</summary>
internal sealed class CsvAnswer<T>(string name, IReadOnlyList<Column<T>> columns, Func<string?, Task<Page<T>>> pages) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var page = await pages(null); // before the first byte: what is refused is still answered as a problem
        var response = httpContext.Response;
        response.ContentType = "text/csv; charset=utf-8";
        response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        await using var writer = new StreamWriter(response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 15, leaveOpen: true);
        await writer.WriteAsync(Line(columns.Select(column => column.Key)));
        while (true)
        {
            foreach (var row in page.Items) await writer.WriteAsync(Line(columns.Select(column => column.Value(row))));
            if (page.NextPageToken is not { } next) break;
            page = await pages(next);
        }
    }

    private static string Line(IEnumerable<string?> values) => string.Join(',', values.Select(Quoted)) + "\r\n";

    /// <summary>A value that a spreadsheet would take for a formula is marked as text.</summary>
    internal static string Quoted(string? value)
    {
        if (value is null) return "";
        if (value is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] && !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) value = "'" + value;
        return value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
