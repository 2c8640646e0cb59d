using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/{id}/values: params, metrics, tags and where it ran; with <c>format=csv</c> all of them as a file, every digit of a number.</summary>
internal static class ShowRunValues
{
    private sealed record Row(string Kind, string Key, string Value);

    private static readonly IReadOnlyList<Column<Row>> Columns = [new("kind", "Kind", row => row.Kind), new("key", "Key", row => row.Key), new("value", "Value", row => row.Value)];

    public static void Map(PageRoutes routes) => routes.Get("/runs/{id}/values", Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        var run = await request.Load((api, stop) => api.GetRunAsync(request.Route("id"), stop));
        return run.Value is { } found && request.Query("format") == "csv" ? Csv(found) : request.Show<RunValuesPage>(new { Run = run }, run.Status);
    }

    private static CsvAnswer<Row> Csv(RunWire run)
    {
        List<Row> rows =
        [
            .. run.Params.Select(param => new Row("param", param.Key, param.Value)),
            .. MetricSense.Ordered(run.Metrics.Keys).Select(key => new Row("metric", key, run.Metrics[key].ToString("R", CultureInfo.InvariantCulture))),
            .. run.Tags.Select(tag => new Row("tag", tag.Key, tag.Value)),
        ];
        return CsvAnswer.Of("run-values.csv", Columns, rows);
    }
}
