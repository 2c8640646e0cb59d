using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    /// <summary>Starts to score a file, or takes the last run with the same order up where it stopped; <see cref="WaitForFlowRunAsync"/> follows it.</summary>
    public Task<FlowRunWire> StartBatchAsync(string deployment, BatchRequest request, CancellationToken cancellation = default) =>
        PostAsync<FlowRunWire>($"deployments/{Escape(deployment)}/batch", request, cancellation);
}
