using System.Text.Json;
using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Storage;

namespace Cairn.Serving;

/// <summary>Named endpoints. Each serves the champion of its model; a promotion swaps it atomically, and no request fails.</summary>
public sealed class Deployments
{
    private readonly Database _database;
    private readonly LiveDeployments _live;
    private readonly LoadedPackages _loaded;
    private readonly TimeProvider _clock;

    internal Deployments(Database database, LiveDeployments live, LoadedPackages loaded, TimeProvider clock) => (_database, _live, _loaded, _clock) = (database, live, loaded, clock);

    /// <summary>Makes the deployment when there is none. The first one of a workspace is the default.</summary>
    /// <param name="settings">A JSON merge patch of its settings; null: they stay as they are.</param>
    public async Task<Answer<DeploymentWire>> Ensure(Caller caller, string name, string model, JsonElement? settings, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (DeploymentName.Check(name) is { } invalid) return invalid;

        var now = _clock.Micros();
        var made = await _database.Attempt(
            transaction =>
            {
                var ensured = DeploymentTable.Ensure(transaction, caller, name, model, now);
                if (ensured.Refusal is not null || settings is null) return ensured;
                var chosen = ChangeSettings.Apply(transaction, caller, name, settings.Value);
                return chosen.Refusal is { } impossible ? impossible : DeploymentTable.Find(transaction, caller.Workspace, name)!;
            },
            cancellation);
        if (made.Refusal is { } refusal) return refusal;

        var deployment = _live.Add(made.Value);
        deployment.Choose(made.Value.ReadSettings());
        await _live.Refresh(caller.Workspace, model, cancellation);
        return deployment.ToWire();
    }

    /// <summary>Completes when the deployment serves that version, or says why it cannot (the package failed its check).</summary>
    public async Task<Answer<DeploymentWire>> WaitUntilServes(WorkspaceId workspace, string name, long version, CancellationToken cancellation)
    {
        if (_live.Find(workspace, name) is not { Refusal: null, Value: var deployment }) return _live.Find(workspace, name).Refusal!;

        // The event of the promotion brings it too; who waits for it does not wait for the event.
        if (deployment.Serving?.Version != version) await _live.Load(deployment, cancellation);
        var serves = deployment.ToWire();
        if (serves.Version == version) return serves;

        return serves.Problem is { } problem
            ? new Refusal.Conflict("deployment.version-not-served", $"The deployment {name} does not serve version {version} of {serves.Model}: {problem}")
            : new Refusal.Conflict("deployment.version-not-champion", $"The deployment {name} serves version {serves.Version} of {serves.Model}, which is champion now; version {version} is not.");
    }

    /// <summary>All of a workspace, by name. What cannot serve its champion says why in <see cref="DeploymentWire.Problem"/>.</summary>
    public IReadOnlyList<DeploymentWire> List(WorkspaceId workspace) => [.. _live.Of(workspace).Select(deployment => deployment.ToWire())];

    /// <summary>Names of those that have a champion and could not load it: they serve the version before it, or nothing.</summary>
    /// <param name="workspace">Null: of all workspaces.</param>
    public IReadOnlyList<string> WithFailedChampion(WorkspaceId? workspace = null) =>
        [.. _live.All.Where(deployment => deployment.ChampionFailed && (workspace is null || deployment.Row.WorkspaceId == workspace)).Select(deployment => deployment.Row.Name)];

    /// <summary>What the models in memory take, of all workspaces.</summary>
    public ModelMemoryWire Memory() => _loaded.Read();

    public DeploymentWire? Find(WorkspaceId workspace, string name) => _live.Find(workspace, name) is { Refusal: null, Value: var deployment } ? deployment.ToWire() : null;
}
