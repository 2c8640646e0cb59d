using Cairn.Web.Routing;

namespace Cairn.Web.Overview;

/// <summary>Where everything stands.</summary>
internal static class OverviewArea
{
    public static void Map(PageRoutes routes) => ShowOverview.Map(routes);
}
