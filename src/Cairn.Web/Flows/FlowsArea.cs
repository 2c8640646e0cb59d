using Cairn.Web.Routing;

namespace Cairn.Web.Flows;

/// <summary>Runs of flows, whatever they do: lifecycles, batches, replays.</summary>
internal static class FlowsArea
{
    public static void Map(PageRoutes routes)
    {
        ListFlowRuns.Map(routes);
        ShowFlowRun.Map(routes);
        CancelFlowRun.Map(routes);
        ResumeFlowRun.Map(routes);
    }
}
