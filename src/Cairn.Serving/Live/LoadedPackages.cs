using System.Diagnostics;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Learning;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.Extensions.Logging;

namespace Cairn.Serving.Live;

/// <summary>
/// The packages in memory, one copy of each for all that use it. When they take more than they may, the deployments asked least recently
/// fall asleep and theirs go; what is lent stays, and so does what a running request has read: it is freed when nothing refers to it.
/// </summary>
internal sealed partial class LoadedPackages(ModelPackages packages, ServingOptions options, TimeProvider clock, ILogger<LoadedPackages> log) : IDisposable
{
    // Reading one takes a processor, and several times its memory for as long as it lasts.
    public static readonly int MostAtOnce = Math.Max(1, Environment.ProcessorCount / 2);

    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private readonly Lock _gate = new();
    private readonly Dictionary<(WorkspaceId Workspace, Digest Package), Entry> _entries = [];
    private readonly List<LiveDeployment> _deployments = [];
    private readonly Thrash _thrash = new();
    private long _witnesses, _loads, _evictions, _largest;

    public long Bound { get; } = options.ModelMemory;

    /// <summary>A deployment that may be sent to sleep.</summary>
    public void Serve(LiveDeployment deployment)
    {
        lock (_gate) _deployments.Add(deployment);
    }

    /// <summary>What is taken from it stays in memory until it is disposed of.</summary>
    public PackageLoan Borrow() => new(this);

    /// <value>True: one more like those there are would not fit.</value>
    public bool IsFull
    {
        get
        {
            lock (_gate) return Bytes() + _largest > Bound;
        }
    }

    /// <summary>Of some packages those that are in memory or on their way there.</summary>
    public IReadOnlyList<string> Among(WorkspaceId workspace, HashSet<string> digests)
    {
        lock (_gate) return [.. _entries.Keys.Where(key => key.Workspace == workspace).Select(key => key.Package.Hex).Where(digests.Contains)];
    }

    public ModelMemoryWire Read()
    {
        lock (_gate)
        {
            var loaded = _entries.Values.Select(entry => entry.Package).OfType<LoadedPackage>().ToList();
            return new(Bound, Bytes(), loaded.Count, _loads, _evictions, _thrash.LastMinute(Environment.TickCount64), Problem(loaded));
        }
    }

    private string? Problem(List<LoadedPackage> loaded)
    {
        var (again, largest) = (_thrash.LastMinute(Environment.TickCount64), loaded.MaxBy(package => package.Bytes));
        return again >= Thrash.Many
            ? $"Models were unloaded and wanted again within a minute {again} times in the last one: those in use do not fit into {ByteSize.Text(Bound)}."
            : largest?.Bytes > Bound ? $"The package {largest.Predictor.Package.Short} takes {ByteSize.Text(largest.Bytes)}, more than the {ByteSize.Text(Bound)} that all models may take; it serves, and the others are unloaded for it." : null;
    }

    public void Dispose() => _places.Dispose();

    internal async Task<Answer<LoadedPackage>> Load(PackageLoan loan, WorkspaceId workspace, Digest package, CancellationToken cancellation)
    {
        Entry entry;
        lock (_gate)
        {
            var key = (workspace, package);
            if (!_entries.TryGetValue(key, out entry!)) _entries[key] = entry = new(Task.Run(() => Load(key), CancellationToken.None)); // others may wait for it too
            entry.Loans++;
            loan.Add(entry);
        }

        return await entry.Loading.WaitAsync(cancellation);
    }

    internal void Keep(PackageLoan loan, LoadedPackage package)
    {
        lock (_gate)
        {
            if (_entries.Values.FirstOrDefault(entry => entry.Package == package) is not { } entry) return;
            entry.Loans++;
            loan.Add(entry);
        }
    }

    /// <summary>Bytes of what is not shared: it has been opened to bear witness.</summary>
    internal void Count(long bytes)
    {
        lock (_gate)
        {
            _witnesses += bytes;
            Trim();
        }
    }

    internal void Return(IEnumerable<Entry> entries, long witnesses)
    {
        lock (_gate)
        {
            foreach (var entry in entries) entry.Loans--;
            _witnesses -= witnesses;
            Trim();
        }
    }

    private async Task<Answer<LoadedPackage>> Load((WorkspaceId Workspace, Digest Package) key)
    {
        await _places.WaitAsync();
        try
        {
            var started = Stopwatch.GetTimestamp();
            var opened = await packages.Open(key.Workspace, key.Package, CancellationToken.None);
            var predictor = opened.Refusal is { } altered ? altered : Predictor.Load(opened.Value, toServe: true);
            if (predictor.Refusal is { } unfit)
            {
                lock (_gate) _entries.Remove(key);
                return unfit;
            }

            var package = new LoadedPackage(predictor.Value);
            package.Rehearse(Predictor.Rehearsal(opened.Value), clock);
            ServingMeter.LoadDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
            lock (_gate)
            {
                _entries[key].Package = package;
                _loads++;
                _largest = Math.Max(_largest, package.Bytes);
                _thrash.Loaded(package.Predictor.Package, Environment.TickCount64);
                Trim();
            }

            ServingMeter.Loads.Add(1);
            return package;
        }
#pragma warning disable CA1031 // a package that breaks its reader must not stop what serves
        catch (Exception e)
#pragma warning restore CA1031
        {
            lock (_gate) _entries.Remove(key);
            if (e is StorageException) throw;
            LogBroken(e, key.Package.Short);
            return new Refusal.Conflict("deployment.package-broken", $"Its package could not be read ({e.Message}); the log has the cause.");
        }
        finally
        {
            _places.Release();
        }
    }

    private long Bytes() => _witnesses + _entries.Values.Sum(entry => entry.Package?.Bytes ?? 0);

    /// <summary>Forgets what nobody uses, and while the rest is too much what was used least recently. The lock is held.</summary>
    private void Trim()
    {
        Sweep();
        var bytes = Bytes();
        if (bytes > Bound)
        {
            var lent = _entries.Values.Where(entry => entry.Loans > 0).Select(entry => entry.Package).ToHashSet();
            foreach (var users in LeastRecentlyUsed.Of(_deployments).Where(users => !lent.Contains(users.Package)))
            {
                foreach (var deployment in users.Deployments) deployment.Sleep();
                foreach (var package in Sweep())
                {
                    bytes -= package.Bytes;
                    _evictions++;
                    _thrash.Evicted(package.Predictor.Package, Environment.TickCount64);
                    ServingMeter.Evictions.Add(1);
                }

                if (bytes <= Bound) break;
            }
        }

        ServingMeter.LoadedModels.Record(_entries.Values.Count(entry => entry.Package is not null));
        ServingMeter.ModelBytes.Record(bytes);
    }

    private List<LoadedPackage> Sweep()
    {
        var used = _deployments.SelectMany(deployment => deployment.Packages).ToHashSet();
        var unused = new List<LoadedPackage>();
        foreach (var (key, entry) in _entries)
        {
            if (entry is not { Package: { } package, Loans: 0 } || used.Contains(package)) continue;
            unused.Add(package);
            _entries.Remove(key);
        }

        return unused;
    }

    internal sealed class Entry(Task<Answer<LoadedPackage>> loading)
    {
        public Task<Answer<LoadedPackage>> Loading => loading;

        /// <value>Null while it is loaded.</value>
        public LoadedPackage? Package { get; set; }

        public int Loans { get; set; }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The package {Package} broke its reader")]
    private partial void LogBroken(Exception exception, string package);
}
