using Cairn.Client.Wire;
using Cairn.Kernel;

namespace Cairn.Serving.Live;

/// <summary>Packages that someone works with: they stay in memory, and count, until it is disposed of. For one thread at a time.</summary>
internal sealed class PackageLoan(LoadedPackages loaded) : IDisposable
{
    private readonly List<LoadedPackages.Entry> _entries = [];
    private long _witnesses;

    /// <summary>Opened, checked against its seal and its golden rows, and rehearsed; or why not.</summary>
    public Task<Answer<LoadedPackage>> Take(WorkspaceId workspace, Digest package, CancellationToken cancellation) => loaded.Load(this, workspace, package, cancellation);

    public async Task<Answer<LoadedPackage>> Take(WorkspaceId workspace, ModelVersionWire version, CancellationToken cancellation) => version.PackageDigest is { } hex
        ? await Take(workspace, Digest.Parse(hex), cancellation)
        : new Refusal.Conflict("deployment.no-package", "It was logged from outside and has no package of Cairn.");

    /// <summary>What is in memory stays there.</summary>
    public void Keep(LoadedPackage package) => loaded.Keep(this, package);

    /// <summary>A package that was opened anew, beside the copy that serves: it takes of the same memory.</summary>
    public void Count(long bytes)
    {
        Interlocked.Add(ref _witnesses, bytes);
        loaded.Count(bytes);
    }

    internal void Add(LoadedPackages.Entry entry) => _entries.Add(entry);

    public void Dispose()
    {
        loaded.Return(_entries, _witnesses);
        _witnesses = 0;
        _entries.Clear();
    }
}
