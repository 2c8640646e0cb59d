using Microsoft.Extensions.Hosting;

namespace Cairn.Flows.Engine;

/// <summary>Ties the engine to the life of the server: repairs after a crash before the first request, stops cleanly after the last.</summary>
internal sealed class FlowsHost(FlowRuns runs) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public Task StartAsync(CancellationToken cancellationToken) => runs.Recover();

    public Task StopAsync(CancellationToken cancellationToken) => runs.Shutdown(Patience, cancellationToken);
}
