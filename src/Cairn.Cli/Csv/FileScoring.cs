using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cairn.Cli.Terminals;
using Cairn.Client;
using Cairn.Client.Wire;

namespace Cairn.Cli.Csv;

/// <summary>Scores a CSV file through a deployment, in chunks, in the order of the file.</summary>
internal sealed partial class FileScoring
{
    private const int ChunkRows = 10_000;
    private const int ChunkBytes = 4 << 20;

    private readonly CairnClient _client;
    private readonly DeploymentWire _deployment;
    private readonly string _file;
    private readonly Dictionary<string, InputFieldWire> _inputs;
    private readonly string? _id;

    private FileScoring(CairnClient client, DeploymentWire deployment, string file, string? id)
    {
        (_client, _deployment, _file, _id) = (client, deployment, file, id);
        _inputs = (deployment.Inputs ?? []).ToDictionary(i => i.Name, StringComparer.Ordinal);
    }

    public string Served => $"{_deployment.Model} version {_deployment.Version}";

    /// <summary>Finds the deployment and checks that the file has the columns it needs, before anything is scored.</summary>
    public static async Task<FileScoring> Prepare(CairnClient client, string? name, string file, string? id, CancellationToken cancellation)
    {
        var all = await Paging.Take(0, (n, token) => client.ListDeploymentsAsync(n, token, cancellation));
        var deployment = (name is null ? all.FirstOrDefault(d => all.Count == 1 || d.IsDefault) : all.FirstOrDefault(d => d.Name == name))
            ?? throw new CairnException(Problems.Of(
                "cli.no-such-deployment", $"{(name is null ? "There is no default deployment" : $"No project folder and no deployment is named {name}")}. {(all.Count == 0 ? "There is none yet: 'cairn run' makes one." : $"There are: {string.Join(", ", all.Select(d => d.Name))}.")}"));
        var scoring = new FileScoring(client, await client.GetDeploymentAsync(deployment.Name, cancellation), file, id);

        using var reader = await CsvFile.Open(file, cancellation);
        var missing = scoring._inputs.Values.Where(i => i.Required && !reader.Header.Contains(i.Name, StringComparer.Ordinal)).Select(i => i.Name).ToList();
        if (missing.Count > 0)
            throw new CairnException(Problems.Of("cli.csv-columns", $"{file} lacks the column{(missing.Count > 1 ? "s" : "")} {string.Join(", ", missing)} that {deployment.Name} needs. It has: {string.Join(", ", reader.Header)}."));
        return id is null || reader.Header.Contains(id, StringComparer.Ordinal)
            ? scoring
            : throw new CairnException(Problems.Of("cli.csv-columns", $"{file} has no column '{id}' to name its rows by. It has: {string.Join(", ", reader.Header)}."));
    }

    /// <returns>How many rows were scored.</returns>
    public async Task<long> Write(TextWriter writer, CancellationToken cancellation)
    {
        using var reader = await CsvFile.Open(_file, cancellation);
        var idName = _id ?? reader.Header.FirstOrDefault(n => !_inputs.ContainsKey(n));
        var idAt = idName is null ? -1 : reader.Header.ToList().IndexOf(idName);
        await CsvWriter.Write(writer, idName ?? "row", "prediction", "probability", "prediction_id");

        long total = 0;
        while (true)
        {
            var ids = new List<string>();
            var lines = new List<long>();
            var body = await ReadChunk(reader, row =>
            {
                ids.Add(idAt < 0 ? (total + ids.Count + 1).ToString(CultureInfo.InvariantCulture) : row[idAt]);
                lines.Add(reader.Line);
            }, cancellation);
            if (ids.Count == 0) return total;

            var answers = await Predict(body, lines, cancellation);
            for (var i = 0; i < ids.Count; i++)
                await CsvWriter.Write(writer, ids[i], answers[i].Prediction, answers[i].Probability.ToString("R", CultureInfo.InvariantCulture), answers[i].PredictionId);
            total += ids.Count;
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadChunk(CsvFile reader, Action<IReadOnlyList<string>> read, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        await using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartArray("rows");
        for (var n = 0; n < ChunkRows && json.BytesCommitted + json.BytesPending < ChunkBytes && await reader.Next(cancellation) is { } row; n++)
        {
            TypedRow.Write(json, reader.Header, row, _inputs);
            read(row);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private async Task<IReadOnlyList<PredictionWire>> Predict(ReadOnlyMemory<byte> body, List<long> lines, CancellationToken cancellation)
    {
        try
        {
            return (await _client.PredictManyAsync(_deployment.Name, body, cancellation: cancellation)).Predictions;
        }
        catch (CairnException declined) when (declined.Problem.Errors is { Count: > 0 } errors)
        {
            // "$.rows[2].tenure" is of use to a program; a person looks for the line.
            throw new CairnException(declined.Problem with { Errors = [.. errors.Select(e => e with { Field = Place(e.Field, lines) })] }, declined);
        }
    }

    private string Place(string field, List<long> lines)
    {
        var match = RowPath().Match(field);
        return match.Success && int.TryParse(match.Groups["row"].Value, CultureInfo.InvariantCulture, out var row) && row < lines.Count
            ? $"{_file}:{lines[row]} {match.Groups["name"].Value}"
            : field;
    }

    [GeneratedRegex(@"^\$\.rows\[(?<row>\d+)\]\.?(?<name>.*)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RowPath();
}
