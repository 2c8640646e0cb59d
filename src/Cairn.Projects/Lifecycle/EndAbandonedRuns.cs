using Cairn.Access;
using Cairn.Projects.Revisions;
using Cairn.Tracking;
using Microsoft.Extensions.Hosting;

namespace Cairn.Projects.Lifecycle;

/// <summary>When the server starts: tracked runs of trainings that died with the last process are ended as killed. A resumed flow run opens new ones.</summary>
internal sealed class EndAbandonedRuns(ProjectTables tables, Runs runs) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var open in await tables.OpenTrainingRuns(cancellationToken))
        {
            var caller = Caller.LocalAdmin with { Workspace = new(open.WorkspaceId) };
            if (await runs.Find(caller.Workspace, open.RunId, cancellationToken) is { Status: "running" }) await runs.End(caller, open.RunId, "killed", cancellationToken);
            await tables.EndTrainingRun(open.WorkspaceId, open.RunId);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
