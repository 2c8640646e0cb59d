using Cairn.Web.Components;
using Cairn.Web.Routing;

namespace Cairn.Web.Operations;

/// <summary>Whether the server is well, what it holds and who changed what.</summary>
internal static class OperationsArea
{
    public static IReadOnlyList<Tabs.Tab> Tabs { get; } = [new("Health", "/system"), new("Storage", "/system/storage"), new("Audit log", "/system/audit"), new("About", "/system/about")];

    public static void Map(PageRoutes routes)
    {
        ShowHealth.Map(routes);
        ShowStorage.Map(routes);
        ShowAudit.Map(routes);
        ShowAbout.Map(routes);
    }
}
