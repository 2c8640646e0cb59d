using Cairn.Web.Routing;

namespace Cairn.Web.Data;

/// <summary>Datasets, their versions, what these hold and how they differ.</summary>
internal static class DataArea
{
    public static void Map(PageRoutes routes)
    {
        ListDatasets.Map(routes);
        ShowDataset.Map(routes);
        ShowDatasetVersion.Map(routes);
        CompareVersions.Map(routes);
    }
}
