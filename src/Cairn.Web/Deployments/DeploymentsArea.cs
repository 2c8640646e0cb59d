using Cairn.Web.Components;
using Cairn.Web.Routing;

namespace Cairn.Web.Deployments;

/// <summary>What answers requests: which versions, how much of the traffic, how well.</summary>
internal static class DeploymentsArea
{
    public static void Map(PageRoutes routes)
    {
        ShowDeployments.Map(routes);
        ShowDeployment.Map(routes);
        ChangeTraffic.Map(routes);
        ShowCanary.Map(routes);
        StartCanary.Map(routes);
        StartShadow.Map(routes);
        ShowOutcomes.Map(routes);
        ImportOutcomes.Map(routes);
        ShowSettings.Map(routes);
        ChangeSettings.Map(routes);
    }

    /// <summary>The views of one deployment.</summary>
    public static IReadOnlyList<Tabs.Tab> Tabs(string name) =>
    [
        new("Traffic", Address.Deployment(name)),
        new("Canary", ShowCanary.Path(name)),
        new("Predictions", $"{Address.Deployment(name)}/predictions"),
        new("Outcomes", $"{Address.Deployment(name)}/outcomes"),
        new("Settings", $"{Address.Deployment(name)}/settings"),
    ];
}
