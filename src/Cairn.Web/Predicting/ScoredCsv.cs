using System.Buffers;
using System.Text;
using System.Text.Json;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Predicting;

/// <summary>The rows of a CSV file with what was predicted behind each, or what is wrong with it. Written while the file is read; one that breaks off is cut and not closed.</summary>
internal sealed class ScoredCsv(PageRequest request, DeploymentWire deployment, IReadOnlyList<string> header, CsvRecords csv, bool reasons) : IResult
{
    // What the API takes at once without reading answers meanwhile.
    private const int MostBytes = 56 << 10, Reasons = 3, MostTries = 10;

    private readonly InputFieldWire?[] _inputs = [.. header.Select(column => deployment.Inputs!.FirstOrDefault(input => input.Name == column))];
    private readonly int _entity = deployment.EntityInput is { } name && deployment.Inputs!.All(input => input.Name != name) ? header.ToList().IndexOf(name) : -1;
    private readonly ArrayBufferWriter<byte> _lines = new();
    private readonly List<(IReadOnlyList<string> Cells, string? Problem)> _rows = [];
    private readonly StringBuilder _text = new();
    private bool _ended;

    /// <summary>The first rows, so that what is refused altogether is still answered by a page.</summary>
    /// <returns>Why nothing is answered.</returns>
    public async Task<string?> Begin()
    {
        await Gather();
        if (_rows.Count == 0) return "found a header line and no rows, expected rows";
        string[] added = ["prediction", "probability", "prediction_id", .. reasons ? Enumerable.Range(1, Reasons).Select(at => $"reason_{at}") : [], "problem"];
        Append(header.Concat(added.Select(column => header.Contains(column, StringComparer.OrdinalIgnoreCase) ? "cairn_" + column : column)));
        try
        {
            await Answer();
        }
        catch (CairnException declined)
        {
            return declined.Problem.Detail;
        }

        return null;
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/csv; charset=utf-8";
        response.Headers.ContentDisposition = "attachment; filename=\"predictions.csv\"";
        response.Headers.CacheControl = "no-store";
        try
        {
            while (true)
            {
                await response.WriteAsync(_text.ToString(), httpContext.RequestAborted);
                _text.Clear();
                if (_ended) return;
                await Gather();
                await Answer();
            }
        }
        catch (Exception broken) when (broken is CairnException or InvalidDataException or DecoderFallbackException)
        {
            httpContext.Abort();
        }
    }

    private async Task Gather()
    {
        _rows.Clear();
        _lines.ResetWrittenCount();
        while (_lines.WrittenCount < MostBytes)
        {
            if (await csv.ReadAsync(request.Cancellation) is not { } cells)
            {
                _ended = true;
                return;
            }

            if (cells.Count == header.Count) Add(cells);
            else _rows.Add((cells, $"line {csv.Line}: found {Format.Many(cells.Count, "cell")}, expected {header.Count}"));
        }
    }

    private void Add(IReadOnlyList<string> cells)
    {
        using (var json = new Utf8JsonWriter(_lines))
        {
            json.WriteStartObject();
            for (var i = 0; i < cells.Count; i++) if (_inputs[i] is { } input) RowJson.Write(json, input, cells[i]);
            if (_entity >= 0 && cells[_entity].Length > 0) json.WriteString(header[_entity], cells[_entity]);
            json.WriteEndObject();
        }

        _lines.Write("\n"u8);
        _rows.Add((cells, null));
    }

    private async Task Answer()
    {
        var answers = new Queue<ReadOnlyMemory<byte>>(_lines.WrittenCount == 0 ? [] : Lines(await Ask()));
        foreach (var (cells, problem) in _rows)
        {
            var fitted = cells.Concat(Enumerable.Repeat("", header.Count)).Take(header.Count);
            if (problem is not null)
            {
                Append([.. fitted, .. Enumerable.Repeat("", reasons ? 3 + Reasons : 3), problem]);
                continue;
            }

            using var line = JsonDocument.Parse(answers.Dequeue());
            Append([.. fitted, .. Told(line.RootElement)]);
        }
    }

    /// <summary>An overloaded server is asked again: the browser shows nothing but a download that waits.</summary>
    private async Task<byte[]> Ask()
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await request.Api.PredictLinesAsync(deployment.Name, _lines.WrittenMemory, reasons, request.Cancellation);
            }
            catch (CairnException declined) when (declined.Problem.Status is 503 or 429 && tries < MostTries)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), request.Cancellation);
            }
        }
    }

    private IEnumerable<string> Told(JsonElement line)
    {
        if (line.TryGetProperty("error", out var error))
        {
            var problem = error.Deserialize<Problem>(CairnJson.Options)!;
            var found = problem.Errors is { Count: > 0 } fields ? string.Join("; ", fields.Select(field => $"{field.Field.Replace("$.", "", StringComparison.Ordinal)}: found {field.Found}, expected {field.Expected}")) : problem.Detail;
            return [.. Enumerable.Repeat("", reasons ? 3 + Reasons : 3), found];
        }

        var prediction = line.Deserialize<PredictionWire>(CairnJson.Options)!;
        var why = reasons ? (prediction.Explanation?.Contributions ?? []).Select(one => $"{one.Feature} ({Format.Difference(one.Contribution, 2)})").Concat(Enumerable.Repeat("", Reasons)).Take(Reasons) : [];
        return [prediction.Prediction, prediction.Probability.ToString("R", System.Globalization.CultureInfo.InvariantCulture), prediction.PredictionId, .. why, ""];
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> answer)
    {
        while (!answer.IsEmpty)
        {
            var end = answer.Span.IndexOf((byte)'\n');
            if (end < 0) end = answer.Length - 1;
            yield return answer[..(end + 1)];
            answer = answer[(end + 1)..];
        }
    }

    private void Append(IEnumerable<string> cells) => _text.AppendJoin(',', cells.Select(CsvAnswer<object>.Quoted)).Append("\r\n");
}
