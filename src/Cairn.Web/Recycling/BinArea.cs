using Cairn.Web.Routing;

namespace Cairn.Web.Recycling;

/// <summary>What is deleted: until when it is kept, brought back, or removed for good.</summary>
internal static class BinArea
{
    public const string Path = "/bin";

    public static void Map(PageRoutes routes)
    {
        ShowBin.Map(routes);
        RestoreItems.Map(routes);
        PurgeItems.Map(routes);
    }
}
