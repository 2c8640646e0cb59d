using System.Collections.Concurrent;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Serving.Variants;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Live;

/// <summary>All deployments of this process and the models in its memory. Predicting reads it; nothing but <see cref="Refresh"/> changes what serves.</summary>
internal sealed partial class LiveDeployments(Database database, Models models, LoadedPackages loaded, TimeProvider clock, ILogger<LiveDeployments> log) : IDisposable
{
    private readonly ConcurrentDictionary<(WorkspaceId Workspace, string Name), LiveDeployment> _live = new();
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

    /// <summary>Brings the deployments of a model to its champion and their other variants. What is new is loaded and checked in full before anything is swapped.</summary>
    /// <remarks>One at a time, and each reads who is to serve now: whatever the order of events, the last one leaves the truth.</remarks>
    public async Task Refresh(WorkspaceId workspace, string model, CancellationToken cancellation)
    {
        await _loading.WaitAsync(cancellation);
        try
        {
            var affected = _live.Values.Where(deployment => deployment.Row.WorkspaceId == workspace && deployment.Row.Model == model).ToList();
            if (affected.Count == 0) return;

            var rows = (await database.Read(transaction => VariantTable.All(transaction, workspace), cancellation)).ToLookup(row => row.Deployment, StringComparer.Ordinal);
            var champion = await models.FindChampion(workspace, model, cancellation);
            foreach (var deployment in affected)
            {
                var serves = champion is null
                    ? deployment.Champion.Stop($"No version of {model} is champion. Promote one: cairn promote {model} VERSION.", clock.Micros())
                    : await Bring(deployment, deployment.Champion, null, champion, cancellation);
                var others = new List<LiveVariant>();
                foreach (var row in rows[deployment.Row.Name]) others.Add(await Bring(deployment, row, cancellation));
                deployment.Become(serves, others);
            }

            loaded.KeepOnly(_live.Values.SelectMany(deployment => deployment.Others.Append(deployment.Champion)).Select(variant => variant.Serving?.Package).OfType<LoadedPackage>().ToHashSet());
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>Whether a version could serve: its package is opened and checked as for serving. Null: it could.</summary>
    public async Task<Refusal?> Try(WorkspaceId workspace, ModelVersionWire version, CancellationToken cancellation)
    {
        await _loading.WaitAsync(cancellation);
        try
        {
            return (await loaded.Load(workspace, version, cancellation)).Refusal;
        }
        finally
        {
            _loading.Release();
        }
    }

    public void Dispose() => _loading.Dispose();

    private async Task<LiveVariant> Bring(LiveDeployment deployment, VariantRow row, CancellationToken cancellation)
    {
        var before = deployment.Others.FirstOrDefault(variant => variant.Name == row.Name) ?? new LiveVariant(row.Name, row, null, null, clock.Micros(), Failed: false);
        var (workspace, model) = (deployment.Row.WorkspaceId, deployment.Row.Model);
        var version = row.Version is { } number
            ? await models.Find(workspace, model, number, cancellation)
            : await models.FindByAlias(workspace, model, row.Alias!, cancellation);
        if (version is not null) return await Bring(deployment, before, row, version, cancellation);

        var gone = row.Version is null ? $"{model} has no alias {row.Alias}" : $"{model} has no version {row.Version} any more";
        return before.Keep(row, $"{gone}. {GoesOn(before)} Set the variant anew, or remove it: cairn variants remove {row.Deployment} {row.Name}.");
    }

    private async Task<LiveVariant> Bring(LiveDeployment deployment, LiveVariant before, VariantRow? row, ModelVersionWire version, CancellationToken cancellation)
    {
        // An alias moves without a question; on traffic it finds the rules that a version named outright met when it was set.
        var refusal = row is { Alias: not null, Size: > 0 } ? Models.RefuseTraffic(version) : null;
        var package = refusal is null ? await loaded.Load(deployment.Row.WorkspaceId, version, cancellation) : refusal;
        if (package.Refusal is null)
        {
            var isNewCanary = row?.Canary is { } canary && canary != before.Row?.Canary; // whose counts begin with it
            if (!isNewCanary && before.Serving is { } serving && serving.Version == version.Version && serving.Package == package.Value && before.Problem is null) return before with { Row = row };
            var source = LogSourceRow.Of(deployment.Row.WorkspaceId, deployment.Row.Name, before.Name, version.Model, version.Version, package.Value.Predictor);
            ServingMeter.Swaps.Add(1, new("deployment", deployment.Row.Name), new("variant", before.Name));
            LogServes(deployment.Row.Name, before.Name, version.Version, version.Model);
            return before.Serve(row, new(new(source, package.Value.Predictor, () => deployment.Settings.Entity), package.Value), clock.Micros());
        }

        var kept = before.Keep(row, $"Version {version.Version} is {(row is null ? "champion" : $"the variant {row.Name}")} but cannot be served. {package.Refusal.Detail} {GoesOn(before)}");
        LogKept(deployment.Row.Name, kept.Problem!);
        return kept;
    }

    private static string GoesOn(LiveVariant variant) =>
        variant.Serving is { } serving ? $"Version {serving.Version} goes on serving." : variant.Name == LiveVariant.Champion ? "Nothing is served." : "The champion answers in its place.";

    private string Names(WorkspaceId workspace)
    {
        var names = Of(workspace).Select(deployment => deployment.Row.Name).ToList();
        return names.Count == 0 ? "Run a project to make one: cairn run PROJECT." : $"There are: {string.Join(", ", names)}.";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Deployment {Deployment} serves version {Version} of {Model} as {Variant}")]
    private partial void LogServes(string deployment, string variant, long version, string model);

    [LoggerMessage(Level = LogLevel.Error, Message = "Deployment {Deployment}: {Problem}")]
    private partial void LogKept(string deployment, string problem);
}
