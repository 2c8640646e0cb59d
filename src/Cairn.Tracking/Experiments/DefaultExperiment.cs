using System.Collections.Concurrent;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Experiments;

/// <summary>Every workspace has the experiment <c>0</c>, named Default; it is made the first time somebody looks.</summary>
internal sealed class DefaultExperiment(Database database, TimeProvider clock)
{
    private readonly ConcurrentDictionary<WorkspaceId, bool> _made = new();

    public async Task Ensure(WorkspaceId workspace, CancellationToken cancellation)
    {
        if (_made.ContainsKey(workspace)) return;

        if (await database.Read(transaction => ExperimentTable.Find(transaction, workspace, Experiment.Default), cancellation) is null)
        {
            var now = clock.Micros();
            await database.Write(
                transaction => transaction.Execute(
                    """
                    INSERT INTO experiments (workspace_id, experiment_id, name, lifecycle_stage, created_at, updated_at)
                    VALUES (@workspace, 0, 'Default', 'active', @now, @now) ON CONFLICT DO NOTHING
                    """,
                    new { workspace = workspace.Value, now }),
                cancellation);
        }

        _made[workspace] = true;
    }
}
