using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Components.Tables;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>Runs side by side as a CSV file: a column for each run, a row for each param and metric, every digit of a number.</summary>
internal static class ComparedCsv
{
    private sealed record Row(string Key, IReadOnlyList<string?> Values);

    public static IResult Of(RunComparisonWire comparison)
    {
        var runs = comparison.Runs;
        List<Row> rows =
        [
            new("run_id", [.. runs.Select(run => run.RunId)]),
            new("status", [.. runs.Select(run => run.Status)]),
            new("started", [.. runs.Select(run => Format.Iso(run.StartedAt))]),
            new("ended", [.. runs.Select(run => run.EndedAt is { } end ? Format.Iso(end) : null)]),
            new("dataset_digest", [.. runs.Select(run => run.Inputs.Count > 0 ? run.Inputs[0].Digest : null)]),
            .. comparison.Params.Select(param => new Row($"params.{param.Key}", param.Value)),
            .. MetricSense.Ordered(comparison.Metrics.Keys).Select(key => new Row($"metrics.{key}", [.. comparison.Metrics[key].Select(value => value?.ToString("R", CultureInfo.InvariantCulture))])),
        ];
        IReadOnlyList<Column<Row>> columns = [new("what", "What", row => row.Key), .. runs.Select((run, at) => new Column<Row>(run.Name, run.Name, row => row.Values[at]))];
        return CsvAnswer.Of("runs-compared.csv", columns, rows);
    }
}
