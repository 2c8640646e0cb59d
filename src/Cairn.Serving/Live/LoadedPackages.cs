using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Live;

/// <summary>The packages in memory, one copy of each for all deployments and threads. Used by one loader at a time.</summary>
internal sealed partial class LoadedPackages(ModelPackages packages, ILogger<LoadedPackages> log)
{
    private readonly Dictionary<(WorkspaceId Workspace, Digest Package), LoadedPackage> _loaded = [];

    /// <summary>Opened, checked against its seal and its golden rows; or why not.</summary>
    public async Task<Answer<LoadedPackage>> Load(WorkspaceId workspace, ModelVersionWire version, CancellationToken cancellation)
    {
        if (version.PackageDigest is not { } hex)
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
            LogBroken(e, version.Model, version.Version);
            return new Refusal.Conflict("deployment.package-broken", $"Its package could not be read ({e.Message}); the log has the cause.");
        }
    }

    public void KeepOnly(IReadOnlySet<LoadedPackage> used)
    {
        foreach (var (key, package) in _loaded.ToList())
        {
            if (!used.Contains(package)) _loaded.Remove(key);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The package of {Model} version {Version} broke its reader")]
    private partial void LogBroken(Exception exception, string model, long version);
}
