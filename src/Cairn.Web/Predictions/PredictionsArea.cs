using Cairn.Web.Routing;

namespace Cairn.Web.Predictions;

/// <summary>The log of what was answered, and each answer with its reasons and what it stands on.</summary>
internal static class PredictionsArea
{
    public static void Map(PageRoutes routes)
    {
        ShowPredictions.Map(routes);
        ShowPrediction.Map(routes);
        ReplayPrediction.Map(routes);
        TellOutcome.Map(routes);
    }
}
