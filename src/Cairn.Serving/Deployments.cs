using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Serving;

/// <summary>Named endpoints. Each serves the champion of its model; a promotion swaps it atomically, and no request fails.</summary>
public sealed class Deployments
{
    /// <summary>Makes the deployment when there is none. The first one of a workspace is the default.</summary>
    public Task<Answer<DeploymentWire>> Ensure(Caller caller, string name, string model, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Completes when the deployment serves that version, or says why it cannot (the package failed its check).</summary>
    public Task<Answer<DeploymentWire>> WaitUntilServes(WorkspaceId workspace, string name, long version, CancellationToken cancellation) => throw new NotImplementedException();
}
