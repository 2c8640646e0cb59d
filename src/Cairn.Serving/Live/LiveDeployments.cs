using System.Collections.Concurrent;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Log;
using Cairn.Serving.Variants;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Live;

/// <summary>
/// All deployments of this process. Predicting reads it; nothing but a refresh changes what serves. What nobody has asked for lately may
/// sleep: its versions are known, its models are not in memory.
/// </summary>
internal sealed partial class LiveDeployments(
    Database database, Models models, LoadedPackages loaded, ServingOptions options, TimeProvider clock, ILogger<LiveDeployments> log)
{
    private readonly ConcurrentDictionary<(WorkspaceId Workspace, string Name), LiveDeployment> _live = new();
    private readonly ConcurrentDictionary<(WorkspaceId Workspace, string Model), SemaphoreSlim> _turns = new();
    private int _waiting;

    public LiveDeployment Add(DeploymentRow row) => _live.GetOrAdd((row.WorkspaceId, row.Name), _ => Made(row));

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

    /// <summary>Reads the deployments there are and what they are to serve. Nothing is loaded.</summary>
    public async Task Resolve(CancellationToken cancellation)
    {
        foreach (var row in await database.Read(DeploymentTable.All, cancellation)) Add(row).Choose(row.ReadSettings());
        foreach (var model in _live.Values.GroupBy(deployment => (deployment.Row.WorkspaceId, deployment.Row.Model)))
            await Refresh(model.Key, [.. model], Loading.Never, cancellation);
    }

    /// <summary>A deployment was made or its settings were changed, perhaps by another process.</summary>
    public async Task Resolve(WorkspaceId workspace, string name, CancellationToken cancellation)
    {
        if (await database.Read(transaction => DeploymentTable.Find(transaction, workspace, name), cancellation) is not { } row) return;
        var deployment = Add(row);
        deployment.Choose(row.ReadSettings());
        await Refresh((workspace, row.Model), [deployment], Loading.WhenChanged, cancellation);
    }

    /// <summary>Brings the deployments of a model to its champion and their other variants. What sleeps and is to serve what it served goes on sleeping.</summary>
    public Task Refresh(WorkspaceId workspace, string model, CancellationToken cancellation) => Refresh(
        (workspace, model), [.. _live.Values.Where(deployment => deployment.Row.WorkspaceId == workspace && deployment.Row.Model == model)], Loading.WhenChanged, cancellation);

    /// <summary>The same for one deployment, and loads it if it sleeps.</summary>
    public Task Load(LiveDeployment deployment, CancellationToken cancellation) => Refresh(deployment, Loading.Always, cancellation);

    /// <summary>Loads what sleeps, in that order and as long as there is room.</summary>
    public Task Warm(IEnumerable<LiveDeployment> deployments, CancellationToken cancellation) => Parallel.ForEachAsync(
        deployments, new ParallelOptions { MaxDegreeOfParallelism = LoadedPackages.MostAtOnce, CancellationToken = cancellation },
        async (deployment, stop) =>
        {
            if (deployment.Champion.Sleeping is not null && !loaded.IsFull) await Refresh(deployment, Loading.Unasked, stop);
        });

    /// <summary>For whoever wants to know whether a version could serve.</summary>
    public PackageLoan Borrow() => loaded.Borrow();

    private LiveDeployment Made(DeploymentRow row)
    {
        var deployment = new LiveDeployment(row, Wake);
        loaded.Serve(deployment);
        return deployment;
    }

    /// <summary>Many may ask for one that sleeps: it is loaded once, and they wait without a thread.</summary>
    private async ValueTask<Answer<Routing>> Wake(LiveDeployment deployment, CancellationToken hungUp)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > options.MostInFlight && options.MostInFlight > 0) return Later($"{options.MostInFlight} requests wait for models already");
            var routing = await deployment.Load(() => LoadAsked(deployment)).WaitAsync(options.PredictTime, clock, hungUp);
            return routing is null ? deployment.ServesNothing() : routing;
        }
        catch (TimeoutException)
        {
            return Later($"that takes longer than {options.PredictTime.TotalSeconds:0.###} s");
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        Refusal Later(string why) => new Refusal.Unavailable("deployment.loading", $"The model of {deployment.Row.Name} is being loaded, and {why}. Send the request again in a few seconds.");
    }

    private async Task<Routing?> LoadAsked(LiveDeployment deployment)
    {
        try
        {
            return await Refresh(deployment, Loading.Always, CancellationToken.None);
        }
#pragma warning disable CA1031 // whoever waits is told; a later request tries again
        catch (Exception e)
#pragma warning restore CA1031
        {
            deployment.Fail($"Its model could not be loaded ({e.Message}); it is tried again, the log has the cause.");
            LogNotLoaded(e, deployment.Row.Name);
            return null;
        }
    }

    private Task<Routing?> Refresh(LiveDeployment deployment, Loading loading, CancellationToken cancellation) =>
        Refresh((deployment.Row.WorkspaceId, deployment.Row.Model), [deployment], loading, cancellation);

    /// <summary>What is new is loaded, checked and rehearsed in full before anything is swapped.</summary>
    /// <remarks>One at a time for a model, and each reads who is to serve now: whatever the order of events, the last one leaves the truth.</remarks>
    /// <returns>Who answers in the last of them, read before it could fall asleep again.</returns>
    private async Task<Routing?> Refresh((WorkspaceId Workspace, string Model) model, IReadOnlyList<LiveDeployment> affected, Loading loading, CancellationToken cancellation)
    {
        if (affected.Count == 0) return null;
        var turn = _turns.GetOrAdd(model, _ => new(1));
        await turn.WaitAsync(cancellation);
        try
        {
            var rows = (await database.Read(transaction => VariantTable.All(transaction, model.Workspace), cancellation)).ToLookup(row => row.Deployment, StringComparer.Ordinal);
            var champion = await models.FindChampion(model.Workspace, model.Model, cancellation);
            Routing? routing = null;
            foreach (var deployment in affected)
            {
                using var loan = loaded.Borrow();
                foreach (var package in deployment.Packages) loan.Keep(package); // it serves until what is new is ready
                var others = new List<Place>();
                foreach (var row in rows[deployment.Row.Name]) others.Add(await PlaceOf(deployment, row, cancellation));
                routing = await Bring(deployment, new(deployment.Champion, null, champion), others, loading, loan, cancellation);
            }

            return routing;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<Place> PlaceOf(LiveDeployment deployment, VariantRow row, CancellationToken cancellation)
    {
        var before = deployment.Others.FirstOrDefault(variant => variant.Name == row.Name) ?? new LiveVariant(row.Name, row, null, null, clock.Micros(), Failed: false);
        var (workspace, model) = (deployment.Row.WorkspaceId, deployment.Row.Model);
        return new(before, row, row.Version is { } number
            ? await models.Find(workspace, model, number, cancellation)
            : await models.FindByAlias(workspace, model, row.Alias!, cancellation));
    }

    private async Task<Routing?> Bring(LiveDeployment deployment, Place champion, List<Place> others, Loading loading, PackageLoan loan, CancellationToken cancellation)
    {
        var sleepsOn = champion.Before.Sleeping is not null && champion.IsUnchanged && others.Count == deployment.Others.Count && others.TrueForAll(place => place.IsUnchanged);
        var loads = loading is not Loading.Never && !(loading is Loading.WhenChanged && sleepsOn);
        var serves = await Bring(deployment, champion, loads, loan, cancellation);
        var beside = new List<LiveVariant>();
        foreach (var place in others) beside.Add(await Bring(deployment, place, loads, loan, cancellation));
        deployment.Become(serves, beside);
        if (loads) deployment.Loaded(isUse: loading is not Loading.Unasked);
        return deployment.Routing;
    }

    private async Task<LiveVariant> Bring(LiveDeployment deployment, Place place, bool loads, PackageLoan loan, CancellationToken cancellation)
    {
        var (before, row, found) = place;
        if (found is not { } version) return Gone(deployment.Row.Model, before, row);

        // An alias moves without a question; on traffic it finds the rules that a version named outright met when it was set.
        var refusal = row is { Alias: not null, Size: > 0 } ? Models.RefuseTraffic(version) : null;
        if (refusal is null && !loads && version.PackageDigest is { } known) return before.Rest(row, version.Version, known, clock.Micros());

        var package = refusal is null ? await loan.Take(deployment.Row.WorkspaceId, version, cancellation) : refusal;
        if (package.Refusal is null)
        {
            var isNewCanary = row?.Canary is { } canary && canary != before.Row?.Canary; // whose counts begin with it
            if (!isNewCanary && before.Serving is { } serving && serving.Version == version.Version && serving.Package == package.Value && before.Problem is null) return before with { Row = row };
            var source = LogSourceRow.Of(deployment.Row.WorkspaceId, deployment.Row.Name, before.Name, version.Model, version.Version, package.Value.Predictor);
            var served = new ServedModel(new(source, package.Value.Predictor, () => deployment.Settings.Entity), package.Value);
            if (!isNewCanary && before.Sleeping is { } asleep && place.IsSameVersion) return before.Serve(row, served with { Numbers = asleep.Numbers }, clock.Micros());
            ServingMeter.Swaps.Add(1, new("deployment", deployment.Row.Name), new("variant", before.Name));
            LogServes(deployment.Row.Name, before.Name, version.Version, version.Model);
            return before.Serve(row, served, clock.Micros());
        }

        var kept = before.Keep(row, $"Version {version.Version} is {(row is null ? "champion" : $"the variant {row.Name}")} but cannot be served. {package.Refusal.Detail} {GoesOn(before)}");
        LogKept(deployment.Row.Name, kept.Problem!);
        return kept;
    }

    private LiveVariant Gone(string model, LiveVariant before, VariantRow? row)
    {
        if (row is null) return before.Stop($"No version of {model} is champion. Promote one: cairn promote {model} VERSION.", clock.Micros());
        var gone = row.Version is null ? $"{model} has no alias {row.Alias}" : $"{model} has no version {row.Version} any more";
        return before.Keep(row, $"{gone}. {GoesOn(before)} Set the variant anew, or remove it: cairn variants remove {row.Deployment} {row.Name}.");
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

    private enum Loading
    {
        /// <summary>What serves is found out; nothing is loaded.</summary>
        Never,

        /// <summary>What sleeps and is to serve what it served goes on sleeping.</summary>
        WhenChanged,

        Always,

        /// <summary>Before anybody asked: it is no use of the model.</summary>
        Unasked,
    }

    /// <param name="Row">Null: of the champion.</param>
    /// <param name="Version">What is to serve there; null: there is none.</param>
    private sealed record Place(LiveVariant Before, VariantRow? Row, ModelVersionWire? Version)
    {
        public bool IsSameVersion => Version is not null && Before.Version == Version.Version && Before.Package == Version.PackageDigest;

        public bool IsUnchanged => IsSameVersion && Before.Row == Row;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The model of deployment {Deployment} could not be loaded")]
    private partial void LogNotLoaded(Exception exception, string deployment);

    [LoggerMessage(Level = LogLevel.Error, Message = "Deployment {Deployment}: {Problem}")]
    private partial void LogKept(string deployment, string problem);
}
