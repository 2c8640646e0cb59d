using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    /// <summary>Starts to take an MLflow store in, or takes the last import of the same request up where it stopped; <see cref="WaitForFlowRunAsync"/> follows it.</summary>
    public Task<FlowRunWire> StartMlflowImportAsync(MlflowImportRequest request, CancellationToken cancellation = default) =>
        PostAsync<FlowRunWire>("imports/mlflow", request, cancellation);
}
