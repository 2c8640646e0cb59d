using Cairn.Flows;
using Cairn.Kernel;

namespace Cairn.Projects.Retrospect;

/// <summary>A run that can be taken up where it stopped.</summary>
internal static class Unfinished
{
    /// <summary>The last run of a subject, when it did not get to its end by no fault of what was asked, and that is what is asked now.</summary>
    /// <param name="answers">Whether parameters are those of the request.</param>
    public static async Task<string?> Run(FlowRuns flows, WorkspaceId workspace, string subject, string flow, Func<string, bool> answers, CancellationToken cancellation)
    {
        var latest = await flows.LatestOf(workspace, subject, cancellation);
        var stopped = latest is { State: "interrupted" or "cancelled" } or { State: "failed", Problem.Status: >= 500 };
        return stopped && latest!.Flow == flow && await flows.ParametersOf(workspace, latest.FlowRunId, cancellation) is { } parameters && answers(parameters) ? latest.FlowRunId : null;
    }
}
