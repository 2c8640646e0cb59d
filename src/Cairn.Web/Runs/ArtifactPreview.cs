using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cairn.Client.Wire;
using Cairn.Web.Routing;

namespace Cairn.Web.Runs;

/// <summary>What can be shown of a file inside the page. Images and HTML are answers of their own (<see cref="GetRunFile"/>).</summary>
/// <param name="Kind">image, html, table, json, text, binary, empty or failed.</param>
/// <param name="Text">Of json and text.</param>
/// <param name="Rows">Of a table; the first one is its head.</param>
/// <param name="Cut">Not all of the file.</param>
public sealed record ArtifactPreview(string Kind, string Text = "", IReadOnlyList<IReadOnlyList<string>>? Rows = null, bool Cut = false, Problem? Problem = null)
{
    private const int MostBytes = 1 << 20, MostCharacters = 60_000, MostRows = 50, MostCells = 40;

    private static readonly JsonWriterOptions _indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // text of a page, which Razor encodes

    /// <param name="path">One that <see cref="GetRunFile.IsPath"/> lets through.</param>
    internal static async Task<ArtifactPreview> Of(PageRequest request, string runId, string path)
    {
        if (GetRunFile.IsImage(path)) return new("image");
        if (GetRunFile.IsHtml(path)) return new("html");
        var content = await request.Load((api, stop) => api.ReadArtifactAsync(runId, path, MostBytes, stop));
        return content.Problem is { } problem ? new("failed", Problem: problem) : OfBytes(path, content.Value!);
    }

    internal static ArtifactPreview OfBytes(string path, byte[] bytes)
    {
        if (bytes.Length == 0) return new("empty");
        if (TextOf(bytes) is not { } text) return new("binary");
        var whole = bytes.Length < MostBytes;
        var extension = Path.GetExtension(path).ToUpperInvariant();
        if (extension is ".CSV" or ".TSV") return TableOf(text, extension == ".TSV" ? '\t' : ',', whole);
        if (extension == ".JSON" && whole && Indented(bytes) is { } json) return Cropped("json", json, false);
        return Cropped("text", text, !whole);
    }

    private static ArtifactPreview Cropped(string kind, string text, bool cut) => text.Length > MostCharacters ? new(kind, Components.Format.Clip(text, MostCharacters), Cut: true) : new(kind, text, Cut: cut);

    /// <summary>Null: it is no UTF-8 text. A character that the end of what was read cuts through is left out.</summary>
    private static string? TextOf(byte[] bytes)
    {
        try
        {
            var characters = new char[bytes.Length];
            var read = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetDecoder().GetChars(bytes, characters, flush: false);
            var text = new string(characters, 0, read).TrimStart('\uFEFF');
            return text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t' or '\f' or '\u001b')) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string? Indented(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            using var written = new MemoryStream();
            using (var writer = new Utf8JsonWriter(written, _indented)) document.RootElement.WriteTo(writer);
            return Encoding.UTF8.GetString(written.ToArray());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The first rows as RFC 4180 has them; a last row that the end cuts through is left out.</summary>
    private static ArtifactPreview TableOf(string text, char separator, bool whole)
    {
        List<IReadOnlyList<string>> rows = [];
        List<string> row = [];
        var cell = new StringBuilder();
        var (quoted, cut) = (false, !whole);
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            if (quoted)
            {
                if (c != '"') cell.Append(c);
                else if (at + 1 < text.Length && text[at + 1] == '"') cell.Append(text[++at]);
                else quoted = false;
            }
            else if (c == '"' && cell.Length == 0) quoted = true;
            else if (c == separator) EndCell();
            else if (c == '\n')
            {
                EndRow();
                if (rows.Count > MostRows) return new("table", Rows: rows, Cut: cut || at + 1 < text.Length);
            }
            else if (c != '\r') cell.Append(c);
        }

        if (whole && (cell.Length > 0 || row.Count > 0)) EndRow();
        return new("table", Rows: rows, Cut: cut);

        void EndCell()
        {
            if (row.Count < MostCells) row.Add(Components.Format.Clip(cell.ToString(), 200));
            else cut = true;
            cell.Clear();
        }

        void EndRow()
        {
            EndCell();
            rows.Add(row);
            row = [];
        }
    }
}
