using Cairn.Web.Routing;

namespace Cairn.Web.Models;

/// <summary>Registered models: what serves, what it stands on, and who moved it.</summary>
internal static class ModelsArea
{
    public static void Map(PageRoutes routes)
    {
        ShowModels.Map(routes);
        ShowModel.Map(routes);
        ShowModelVersion.Map(routes);
        MoveChampion.Map(routes);
    }
}
