using System.Globalization;
using Cairn.Client.Wire;
using Cairn.Web.Components.Tables;
using Cairn.Web.Routing;
using Microsoft.AspNetCore.Http;

namespace Cairn.Web.Runs;

/// <summary>GET /experiments: the tree that the names of experiments make; <c>open</c> names the paths that are unfolded; <c>format=csv</c> answers with the rows that are seen.</summary>
internal static class ShowExperiments
{
    public const string Path = "/experiments";

    private const string OpenName = "open";
    private const int MostOpen = 30, MostOfLevel = 500, Deepest = 8;

    private static readonly IReadOnlyList<Column<ExperimentNodeWire>> _columns =
    [
        new("path", "Experiment", node => node.Path), new("experiment_id", "Id", node => node.ExperimentId), new("runs", "Runs", node => node.Runs.ToString(CultureInfo.InvariantCulture)),
        new("runs_below", "With those below", node => node.RunsBelow.ToString(CultureInfo.InvariantCulture)), new("experiments", "Experiments below", node => node.Experiments.ToString(CultureInfo.InvariantCulture)),
    ];

    public static void Map(PageRoutes routes) => routes.Get(Path, Handle);

    private static async Task<IResult> Handle(PageRequest request)
    {
        IReadOnlySet<string> open = request.Context.Request.Query[OpenName].OfType<string>().Where(path => path.Length > 0).Take(MostOpen).ToHashSet(StringComparer.Ordinal);
        var top = request.Load((api, stop) => api.BrowseExperimentsAsync(null, MostOfLevel, null, stop));
        var below = (await Task.WhenAll(open.Select(async path => (Path: path, Level: await request.Load((api, stop) => api.BrowseExperimentsAsync(path, MostOfLevel, null, stop))))))
            .ToDictionary(one => one.Path, one => one.Level, StringComparer.Ordinal);
        var rows = new List<ExperimentRow>();
        if ((await top).Value is { } nodes) Add(rows, nodes, 0);
        if (request.Query("format") == "csv" && (await top).Value is not null) return CsvAnswer.Of("experiments.csv", _columns, [.. rows.Select(row => row.Node).OfType<ExperimentNodeWire>()]);

        return request.Show<ExperimentsPage>(new { Top = await top, Rows = (IReadOnlyList<ExperimentRow>)rows, Open = open, request.Listing.Csv }, (await top).Status);

        void Add(List<ExperimentRow> to, Page<ExperimentNodeWire> level, int depth)
        {
            foreach (var node in level.Items)
            {
                var inside = below.GetValueOrDefault(node.Path);
                to.Add(new(node, Math.Min(depth, Deepest), inside is not null, inside?.Problem));
                if (inside?.Value is { } found) Add(to, found, depth + 1);
            }

            if (level.NextPageToken is not null) to.Add(new(null, Math.Min(depth, Deepest), IsOpen: false, null));
        }
    }

    /// <summary>With this path unfolded, or folded again.</summary>
    public static string Turned(IEnumerable<string> open, string path, bool isOpen)
    {
        var paths = isOpen ? open.Where(other => other != path) : open.Append(path);
        return string.Join('&', paths.Select(other => $"{OpenName}={Uri.EscapeDataString(other)}")) is { Length: > 0 } query ? $"{Path}?{query}" : Path;
    }
}

/// <param name="Node">Null: there are more at this level than are shown.</param>
/// <param name="Problem">Why what is below it cannot be shown.</param>
public sealed record ExperimentRow(ExperimentNodeWire? Node, int Depth, bool IsOpen, Problem? Problem);
