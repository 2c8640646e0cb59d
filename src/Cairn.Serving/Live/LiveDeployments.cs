using System.Collections.Concurrent;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Serving.Log;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Live;

/// <summary>All deployments of this process and the models in its memory. Predicting reads it; nothing but <see cref="Refresh"/> changes what serves.</summary>
internal sealed partial class LiveDeployments(Database database, Models models, ModelPackages packages, TimeProvider clock, ILogger<LiveDeployments> log) : IDisposable
{
    private readonly ConcurrentDictionary<(WorkspaceId Workspace, string Name), LiveDeployment> _live = new();
    private readonly Dictionary<(WorkspaceId Workspace, Digest Package), LoadedPackage> _loaded = [];
    private readonly SemaphoreSlim _loading = new(1);

    public LiveDeployment Add(DeploymentRow row) => _live.GetOrAdd((row.WorkspaceId, row.Name), _ => new(row));

    public IEnumerable<LiveDeployment> All => _live.Values;

    public IEnumerable<LiveDeployment> Of(WorkspaceId workspace) =>
        _live.Values.Where(deployment => deployment.Row.WorkspaceId == workspace).OrderBy(deployment => deployment.Row.Name, StringComparer.Ordinal);

    public Answer<LiveDeployment> Find(WorkspaceId workspace, string name) => _live.TryGetValue((workspace, name), out var deployment)
        ? deployment
        : new Refusal.Missing("deployment.unknown", $"There is no deployment '{name}'. {Names(workspace)}");

    /// <summary>The only deployment of a workspace, else the one marked default.</summary>
    public Answer<LiveDeployment> FindDefault(WorkspaceId workspace)
    {
        LiveDeployment? only = null, marked = null;
        var count = 0;
        foreach (var (key, deployment) in _live)
        {
            if (key.Workspace != workspace) continue;
            count++;
            only = deployment;
            if (deployment.Row.IsDefault) marked = deployment;
        }

        if (count == 1) return only!;
        if (marked is not null) return marked;
        return count == 0
            ? new Refusal.Missing("deployment.unknown", $"Nothing is deployed. {Names(workspace)}")
            : new Refusal.Conflict("deployment.ambiguous", $"There are {count} deployments and none is the default. Ask one of them: POST /api/v1/deployments/NAME/predict. {Names(workspace)}");
    }

    /// <summary>Reads the deployments there are and loads their champions.</summary>
    public async Task LoadAll(CancellationToken cancellation)
    {
        foreach (var row in await database.Read(DeploymentTable.All, cancellation)) Add(row).Choose(row.ReadSettings());
        foreach (var (workspace, model) in _live.Values.Select(deployment => (deployment.Row.WorkspaceId, deployment.Row.Model)).Distinct())
        {
            await Refresh(workspace, model, cancellation);
        }
    }

    /// <summary>Brings the deployments of a model to its champion. The new one is loaded and checked in full before anything is swapped.</summary>
    /// <remarks>One at a time, and each reads who is champion now: whatever the order of events, the last one leaves the truth.</remarks>
    public async Task Refresh(WorkspaceId workspace, string model, CancellationToken cancellation)
    {
        await _loading.WaitAsync(cancellation);
        try
        {
            var affected = _live.Values.Where(deployment => deployment.Row.WorkspaceId == workspace && deployment.Row.Model == model).ToList();
            if (affected.Count == 0) return;

            if (await models.FindChampion(workspace, model, cancellation) is not { } champion)
            {
                foreach (var deployment in affected) deployment.Stop($"No version of {model} is champion. Promote one: cairn promote {model} VERSION.", clock.Micros());
            }
            else
            {
                Swap(affected, champion, await Load(workspace, champion, cancellation));
            }

            ForgetUnused();
        }
        finally
        {
            _loading.Release();
        }
    }

    public void Dispose() => _loading.Dispose();

    private void Swap(List<LiveDeployment> affected, ModelVersionWire champion, Answer<LoadedPackage> loaded)
    {
        foreach (var deployment in affected)
        {
            var (name, before) = (deployment.Row.Name, deployment.Serving);
            if (loaded.Refusal is null)
            {
                if (before?.Version == champion.Version && before.Package == loaded.Value && deployment.Problem is null) continue;
                var source = LogSourceRow.Of(deployment.Row.WorkspaceId, name, LiveDeployment.Champion, champion.Model, champion.Version, loaded.Value.Predictor);
                deployment.Serve(new(new(source, loaded.Value.Predictor, () => deployment.Settings.Entity), loaded.Value), clock.Micros());
                ServingMeter.Swaps.Add(1, new KeyValuePair<string, object?>("deployment", name));
                LogServes(name, champion.Version, champion.Model);
                continue;
            }

            var goesOn = before is null ? "Nothing is served." : $"Version {before.Version} goes on serving.";
            deployment.Keep($"Version {champion.Version} is champion but cannot be served. {loaded.Refusal.Detail} {goesOn}");
            LogKept(name, deployment.Problem!);
        }
    }

    private async Task<Answer<LoadedPackage>> Load(WorkspaceId workspace, ModelVersionWire champion, CancellationToken cancellation)
    {
        if (champion.PackageDigest is not { } hex)
            return new Refusal.Conflict("deployment.no-package", "It was logged from outside and has no package of Cairn.");

        var key = (workspace, Digest.Parse(hex));
        if (_loaded.TryGetValue(key, out var known)) return known;

        try
        {
            var opened = await packages.Open(workspace, key.Item2, cancellation);
            if (opened.Refusal is { } altered) return altered;
            var predictor = Predictor.Load(opened.Value);
            if (predictor.Refusal is { } unfit) return unfit;
            return _loaded[key] = new(predictor.Value);
        }
#pragma warning disable CA1031 // a package that breaks its reader must not stop what serves
        catch (Exception e) when (e is not (StorageException or OperationCanceledException))
#pragma warning restore CA1031
        {
            LogBroken(e, champion.Model, champion.Version);
            return new Refusal.Conflict("deployment.package-broken", $"Its package could not be read ({e.Message}); the log has the cause.");
        }
    }

    private void ForgetUnused()
    {
        var used = _live.Values.Select(deployment => deployment.Serving?.Package).ToHashSet();
        foreach (var (key, package) in _loaded.ToList())
        {
            if (!used.Contains(package)) _loaded.Remove(key);
        }
    }

    private string Names(WorkspaceId workspace)
    {
        var names = Of(workspace).Select(deployment => deployment.Row.Name).ToList();
        return names.Count == 0 ? "Run a project to make one: cairn run PROJECT." : $"There are: {string.Join(", ", names)}.";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Deployment {Deployment} serves version {Version} of {Model}")]
    private partial void LogServes(string deployment, long version, string model);

    [LoggerMessage(Level = LogLevel.Error, Message = "Deployment {Deployment}: {Problem}")]
    private partial void LogKept(string deployment, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "The package of {Model} version {Version} broke its reader")]
    private partial void LogBroken(Exception exception, string model, long version);
}
