using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Flows;

/// <summary>Starts, watches, cancels and resumes flow runs. Knows no other module: flows are registered by name.</summary>
public sealed class FlowRuns
{
    /// <summary>Teaches the engine how to build the flow of that name from its parameters (JSON). Called by the composition root.</summary>
    public void Register(string flow, Func<string, Answer<Flow>> build) => throw new NotImplementedException();

    /// <summary>Stores the run, then works on it in the background. One run at a time for a subject: a second is the refusal <c>flow.busy</c>.</summary>
    public Task<Answer<FlowRunWire>> Start(Caller caller, string flow, string subject, string parameters, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Takes up an interrupted, failed or cancelled run where it stopped, under the same id.</summary>
    public Task<Answer<FlowRunWire>> Resume(Caller caller, string flowRunId, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<FlowRunWire?> Find(WorkspaceId workspace, string flowRunId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The newest run for a subject; null when there was none.</summary>
    public Task<FlowRunWire?> LatestOf(WorkspaceId workspace, string subject, CancellationToken cancellation) => throw new NotImplementedException();
}
