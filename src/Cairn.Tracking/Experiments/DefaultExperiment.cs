using System.Collections.Concurrent;
using System.Globalization;
using Cairn.Kernel;
using Cairn.Storage;

namespace Cairn.Tracking.Experiments;

/// <summary>Every workspace has the experiment <c>0</c>, named Default; it is made the first time somebody looks.</summary>
/// <param name="options">Where it and other experiments of MLflow's clients keep their files.</param>
internal sealed class DefaultExperiment(Database database, TimeProvider clock, TrackingOptions options)
{
    private readonly ConcurrentDictionary<WorkspaceId, bool> _made = new();

    /// <summary>Where the files of a new experiment are; empty: on this server.</summary>
    public string PlaceOf(long experiment) => options.ArtifactRoot is { } root ? string.Create(CultureInfo.InvariantCulture, $"{root}/{experiment}") : "";

    public async Task Ensure(WorkspaceId workspace, CancellationToken cancellation)
    {
        if (_made.ContainsKey(workspace)) return;

        if (await database.Read(transaction => ExperimentTable.Find(transaction, workspace, Experiment.Default), cancellation) is null)
        {
            var now = clock.Micros();
            await database.Write(
                transaction => transaction.Execute(
                    """
                    INSERT INTO experiments (workspace_id, experiment_id, name, lifecycle_stage, created_at, updated_at, artifact_location)
                    VALUES (@workspace, 0, 'Default', 'active', @now, @now, @place) ON CONFLICT DO NOTHING
                    """,
                    new { workspace = workspace.Value, now, place = PlaceOf(Experiment.Default) }),
                cancellation);
        }

        _made[workspace] = true;
    }
}
