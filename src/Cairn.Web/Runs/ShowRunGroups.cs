using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /runs/groups?by=params.depth&amp;metric=auc: the runs of a list, those that are alike in one thing together; with <c>format=csv</c> all groups, every digit of a number.</summary>
internal static class ShowRunGroups
{
    public const string Path = "/runs/groups", ByName = "by", MetricName = "metric";

    private const int Shown = 50, Looked = 50, Exported = 500;

    public static void Map(PageRoutes routes) => routes.Get(Path, Handle);

    /// <summary>The runs of a list, grouped.</summary>
    public static string Of(Listing list)
    {
        var query = string.Join('&', list.Filters.Select(pair => $"{Uri.EscapeDataString(pair.Name)}={Uri.EscapeDataString(pair.Value)}"));
        return query.Length > 0 ? $"{Path}?{query}" : Path;
    }

    private static async Task<IResult> Handle(PageRequest request)
    {
        var listing = request.Listing;
        var which = ShowRuns.Which(listing) with { OrderBy = null };
        var sample = await request.Load((api, stop) => api.ListRunsAsync(which, Looked, null, stop));
        if (sample.Value is not { } runs) return request.Show<RunGroupsPage>(new { Groups = new Loaded<Page<RunGroupWire>>(null, sample.Problem), By = "", Metric = default(string), Sample = (IReadOnlyList<RunWire>)[], Listing = listing }, sample.Status);

        var by = listing.Value(ByName) ?? Differing(runs.Items) ?? "experiment";
        var metric = listing.Value(MetricName) ?? MetricSense.Ordered(runs.Items.SelectMany(run => run.Metrics.Keys)).FirstOrDefault();
        if (request.Query("format") == "csv") return new CsvAnswer<RunGroupWire>("run-groups.csv", Columns(by), token => request.Api.GroupRunsAsync(which, by, metric, Exported, token, request.Cancellation));

        var groups = await request.Load((api, stop) => api.GroupRunsAsync(which, by, metric, Shown, listing.PageToken, stop));
        return request.Show<RunGroupsPage>(new { Groups = groups, By = by, Metric = metric, Sample = runs.Items, Listing = listing }, groups.Status);
    }

    private static IReadOnlyList<Column<RunGroupWire>> Columns(string by) =>
    [
        new(by, by, group => group.ExperimentName ?? group.Value), new("runs", "Runs", group => group.Runs.ToString(CultureInfo.InvariantCulture)), new("measured", "With a value", group => group.Measured.ToString(CultureInfo.InvariantCulture)),
        new("mean", "Mean", group => Format.Exact(group.Mean)), new("min", "Least", group => Format.Exact(group.Min)), new("max", "Greatest", group => Format.Exact(group.Max)),
    ];

    /// <summary>The param that most of the runs have and that is not the same in all of them, with the fewest values.</summary>
    private static string? Differing(IReadOnlyList<RunWire> runs) => runs.SelectMany(run => run.Params).GroupBy(param => param.Key, param => param.Value, StringComparer.Ordinal)
        .Where(param => param.Count() * 2 > runs.Count).Select(param => (param.Key, Values: param.Distinct(StringComparer.Ordinal).Count())).Where(param => param.Values > 1)
        .OrderBy(param => param.Values).ThenBy(param => param.Key, StringComparer.Ordinal).Select(param => $"params.{param.Key}").FirstOrDefault();
}
