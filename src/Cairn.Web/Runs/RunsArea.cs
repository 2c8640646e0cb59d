using Cairn.Web.Routing;

namespace Cairn.Web.Runs;

/// <summary>What was tried: the list of runs, some of them side by side, and each by itself.</summary>
internal static class RunsArea
{
    public static void Map(PageRoutes routes)
    {
        ShowRuns.Map(routes);
        ShowRunGroups.Map(routes);
        ShowExperiments.Map(routes);
        MoveExperiments.Map(routes);
        ShowComparison.Map(routes);
        ShowRun.Map(routes);
        DeleteRuns.Map(routes);
        RestoreRun.Map(routes);
        RestoreRuns.Map(routes);
        TagRuns.Map(routes);
        EditRun.Map(routes);
        ShowRunValues.Map(routes);
        ShowRunSlices.Map(routes);
        ShowRunCurves.Map(routes);
        ShowRunArtifacts.Map(routes);
        GetRunFile.Map(routes);
    }
}
