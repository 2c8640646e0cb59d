using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    /// <param name="subject">Only runs that work on it: <c>projects/churn</c>.</param>
    public Task<Page<FlowRunWire>> ListFlowRunsAsync(string? subject = null, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<FlowRunWire>>(Query("flow-runs", ("subject", subject), ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<FlowRunWire> GetFlowRunAsync(string flowRunId, CancellationToken cancellation = default) =>
        GetAsync<FlowRunWire>($"flow-runs/{Escape(flowRunId)}", cancellation);

    /// <summary>Follows a run until it has ended, whatever the end. A poll answers as soon as something changed.</summary>
    /// <param name="progress">Called with each state seen, the last one included.</param>
    public async Task<FlowRunWire> WaitForFlowRunAsync(string flowRunId, Action<FlowRunWire>? progress = null, CancellationToken cancellation = default)
    {
        var run = await GetFlowRunAsync(flowRunId, cancellation).ConfigureAwait(false);
        while (true)
        {
            progress?.Invoke(run);
            if (run.State is not ("pending" or "running")) return run;
            run = await GetAsync<FlowRunWire>(Query($"flow-runs/{Escape(flowRunId)}", ("wait_ms", 10_000), ("version", run.Version)), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Asks a run to stop at the next point where it can. <see cref="ResumeFlowRunAsync"/> takes it up again.</summary>
    public Task<FlowRunWire> CancelFlowRunAsync(string flowRunId, CancellationToken cancellation = default) =>
        PostAsync<FlowRunWire>($"flow-runs/{Escape(flowRunId)}/cancel", null, cancellation);

    /// <summary>Takes up an interrupted, failed or cancelled run where it stopped.</summary>
    public Task<FlowRunWire> ResumeFlowRunAsync(string flowRunId, CancellationToken cancellation = default) =>
        PostAsync<FlowRunWire>($"flow-runs/{Escape(flowRunId)}/resume", null, cancellation);
}
