using Cairn.Web.Routing;

namespace Cairn.Web.Predicting;

/// <summary>Ask a deployment: one row by a form, many by a file.</summary>
internal static class PredictArea
{
    public static void Map(PageRoutes routes)
    {
        ShowPredict.Map(routes);
        AskPrediction.Map(routes);
        AskWhatIf.Map(routes);
        ScoreFile.Map(routes);
    }
}
