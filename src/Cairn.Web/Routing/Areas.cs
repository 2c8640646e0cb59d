using Cairn.Web.Data;
using Cairn.Web.Deployments;
using Cairn.Web.Flows;
using Cairn.Web.Models;
using Cairn.Web.Operations;
using Cairn.Web.Overview;
using Cairn.Web.Predicting;
using Cairn.Web.Predictions;
using Cairn.Web.Projects;
using Cairn.Web.Recycling;
using Cairn.Web.Runs;

namespace Cairn.Web.Routing;

/// <summary>A place in the navigation and the pages behind it.</summary>
/// <param name="Stage">The stage of the lifecycle it belongs to; empty: above them; <see cref="Areas.Foot"/>: below.</param>
/// <param name="Path">Of its first page. What begins with it belongs to the area.</param>
/// <param name="Map">Maps its pages.</param>
/// <param name="Also">Other beginnings of its addresses: predictions are among the deployments.</param>
internal sealed record Area(string Stage, string Title, string Path, string Icon, Action<PageRoutes> Map, params IReadOnlyList<string> Also);

/// <summary>All areas, in the order of the lifecycle. An area that is not here is in no menu and has no pages.</summary>
internal static class Areas
{
    public const string Foot = "foot";

    public static IReadOnlyList<Area> All { get; } =
    [
        // above the stages
        new("", "Overview", "/", "home", OverviewArea.Map),
        new("", "Projects", "/projects", "project", ProjectsArea.Map),
        new("", "Flow runs", "/flow-runs", "flow", FlowsArea.Map),

        // Data
        new("Data", "Datasets", "/datasets", "data", DataArea.Map),

        // Train
        new("Train", "Runs", "/runs", "chart", RunsArea.Map, "/experiments"),

        // Register
        new("Register", "Models", "/models", "crown", ModelsArea.Map),

        // Serve
        new("Serve", "Deployments", "/deployments", "bolt", DeploymentsArea.Map),
        new("Serve", "Predictions", "/predictions", "list", PredictionsArea.Map),
        new("Serve", "Predict", "/predict", "bolt", PredictArea.Map),

        // below the stages
        new(Foot, "Bin", "/bin", "bin", BinArea.Map),
        new(Foot, "System", "/system", "gear", OperationsArea.Map),
    ];

    /// <summary>Pages that somebody may look for by name and that stand behind the first page of their area.</summary>
    public static IReadOnlyList<(string Title, string Path)> Behind { get; } =
    [
        ("Experiments", "/experiments"), ("Runs in groups", "/runs/groups"), ("Storage", "/system/storage"), ("Audit log", "/system/audit"), ("About", "/system/about"),
    ];

    /// <summary>The area a page lies in; null: in none, as the search.</summary>
    public static Area? Of(string path) => All.FirstOrDefault(area => area.Also.Prepend(area.Path).Any(start => path == start || (start != "/" && path.StartsWith(start + "/", StringComparison.Ordinal))));
}
