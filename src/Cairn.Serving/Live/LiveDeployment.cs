using System.Text;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Traffic;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Live;

/// <summary>A deployment and what it serves now.</summary>
/// <param name="waker">Loads what is not in memory, for a request; null: nothing does.</param>
internal sealed class LiveDeployment(DeploymentRow row, Func<LiveDeployment, CancellationToken, ValueTask<Answer<Routing>>>? waker = null)
{
    private static long _orders;

    private const long Never = long.MinValue / 2, LongestPause = 60_000;

    // Milliseconds. Requests write the time of the last one to a single place: seldom enough that processors do not wait for each other.
    private const long Stamp = 16;

    private readonly ulong _salt = TrafficPlace.Salt(row.WorkspaceId, row.Name);

    private readonly Lock _changing = new();
    private byte[]? _entityName = NameOf(row.ReadSettings());
    private Task<Routing?>? _waking;
    private long _used = Never, _loaded = Never, _order, _failures, _retryAt = Never;

    // One reference for all of it: readers see the state before a swap or the state after it.
    private volatile State _state = new(new(LiveVariant.Champion, null, null, "Its model is being loaded.", row.CreatedAt, Failed: false), [], null);

    public DeploymentRow Row => row;

    /// <value>What its owner chose; changes take effect with the next request.</value>
    public DeploymentSettings Settings { get; private set; } = row.ReadSettings();

    /// <value>Who answers what, from memory; null: it sleeps, or nobody does.</value>
    public Routing? Routing => _state.Routing;

    /// <value>The champion as it serves from memory; null: it sleeps, or nothing serves.</value>
    public ServedModel? Serving => _state.Champion.Serving;

    /// <value>True: a request is answered, if need be once the model is loaded.</value>
    public bool Serves => _state.Champion.Version is not null;

    /// <value>Why the champion does not serve; null when it does.</value>
    public string? Problem => _state.Champion.Problem;

    /// <value>True when there is a champion and it could not be loaded; not when there is none.</value>
    public bool ChampionFailed => _state.Champion.Failed;

    public LiveVariant Champion => _state.Champion;

    /// <value>The variants beside the champion, by name.</value>
    public IReadOnlyList<LiveVariant> Others => _state.Others;

    /// <value>What all of them did over the last hours.</value>
    public TrafficHistory Traffic { get; } = new();

    /// <value>What it holds in memory; none: it sleeps, or serves nothing.</value>
    public IReadOnlyList<LoadedPackage> Packages => _state.Packages;

    /// <value>False: something serves in the place of a version that could not be loaded, and would be lost.</value>
    public bool MaySleep => !_state.All.Any(variant => variant is { Failed: true, Serving: not null });

    public bool IsLoading => _waking is not null;

    /// <value>When it was used last, in milliseconds; and which was loaded last, since loading can take less than one.</value>
    public (long Used, long Order) Recency => (Math.Max(Volatile.Read(ref _used), Volatile.Read(ref _loaded)), Volatile.Read(ref _order));

    /// <value>Of the last request, on the clock of <see cref="Environment.TickCount64"/>; null: none is known.</value>
    public long? LastUsed
    {
        get => Volatile.Read(ref _used) is > Never and var used ? used : null;
        set => Volatile.Write(ref _used, value ?? Never);
    }

    /// <summary>Who answers what, for one request, which keeps it: a swap in the middle does not touch it. What sleeps is loaded first. Else why nobody answers.</summary>
    public ValueTask<Answer<Routing>> Route(CancellationToken hungUp)
    {
        var now = Environment.TickCount64;
        if (now - Volatile.Read(ref _used) >= Stamp) Volatile.Write(ref _used, now);
        return _state.Routing is { } routing ? new(routing) : Wake(hungUp);
    }

    /// <summary>As for a request, for somebody who only wants to know it.</summary>
    public ValueTask<Answer<Routing>> Wake(CancellationToken cancellation)
    {
        var state = _state; // what was loaded a moment ago is not asked for its problem
        return state.Routing is { } routing ? new(routing)
            : waker is null || !IsWanted(state.Champion) ? new(ServesNothing())
            : waker(this, cancellation);
    }

    /// <summary>Loads it, once for all who ask meanwhile.</summary>
    public Task<Routing?> Load(Func<Task<Routing?>> load)
    {
        lock (_changing) return _waking ??= Task.Run(Run);

        async Task<Routing?> Run()
        {
            try
            {
                return await load();
            }
            finally
            {
                lock (_changing) _waking = null; // it would keep in memory what has fallen asleep again
            }
        }
    }

    /// <summary>What a request is told while nobody answers.</summary>
    public Refusal ServesNothing() => new Refusal.Unavailable("deployment.no-model", $"The deployment {row.Name} serves nothing. {Problem}");

    public void Choose(DeploymentSettings settings)
    {
        lock (_changing)
        {
            (Settings, _entityName) = (settings, NameOf(settings));
            Become(_state.Champion, _state.Others);
        }
    }

    public void Become(LiveVariant champion, IReadOnlyList<LiveVariant> others)
    {
        lock (_changing)
        {
            IReadOnlyList<LiveVariant> beside = [.. others.Select(variant => variant.Beside(champion))];
            Traffic.Serve([champion, .. beside]);
            _state = new(champion, beside, Routing.Of(champion, beside, _entityName, _salt));
        }
    }

    /// <summary>A variant answers nobody from the next request on. The row that is stored says so too, or what is here does not last.</summary>
    public void Silence(string variant)
    {
        lock (_changing)
        {
            Become(_state.Champion, [.. _state.Others.Select(one => one.Name == variant && one.Row is { } stored ? one with { Row = stored with { Parts = "[]" } } : one)]);
        }
    }

    /// <summary>Its models have been loaded, or could not be: then requests are told so, and only now and then does one of them try again.</summary>
    public void Loaded(bool isUse)
    {
        lock (_changing)
        {
            var now = Environment.TickCount64;
            if (isUse) (_loaded, _order) = (now, Interlocked.Increment(ref _orders));
            if (_state.Champion is { Failed: true, Serving: null }) _retryAt = now + Math.Min(LongestPause, 1000L << (int)Math.Min(10, _failures++));
            else _failures = 0;
        }
    }

    /// <summary>It could not even be found out what to load.</summary>
    public void Fail(string problem)
    {
        lock (_changing)
        {
            Become(_state.Champion.Keep(null, problem), _state.Others);
            Loaded(isUse: false);
        }
    }

    /// <summary>Lets go of its models. The next request brings back what is champion then.</summary>
    public void Sleep()
    {
        lock (_changing) Become(_state.Champion.Sleep(), [.. _state.Others.Select(variant => variant.Sleep())]);
    }

    public DeploymentWire ToWire(bool withInputs = false)
    {
        var champion = _state.Champion;
        var described = withInputs ? champion.Serving?.Package.Predictor : null;
        return new(
            row.Name, row.Model, row.IsDefault, champion.Version, champion.Package, champion.Since, champion.Problem, described?.Inputs, Settings,
            Output: described is null ? null : new(described.Positive, described.Negative, described.Threshold), EntityInput: described is null ? null : Settings.Entity ?? described.Key);
    }

    public DeploymentMemoryWire Memory(TimeProvider clock)
    {
        var state = _state;
        var (packages, loading) = (state.Packages, IsLoading);
        return new(
            packages.Count > 0 ? DeploymentMemoryWire.Loaded
                : loading ? DeploymentMemoryWire.Loading
                : state.Champion.Failed ? DeploymentMemoryWire.Failed
                : state.Champion.Sleeping is null ? DeploymentMemoryWire.Nothing
                : DeploymentMemoryWire.NotLoaded,
            packages.Sum(package => package.Bytes),
            LastUsed is { } used ? clock.Micros() - ((Environment.TickCount64 - used) * 1000) : null);
    }

    private bool IsWanted(LiveVariant champion) => champion.Sleeping is not null || (champion.Failed && Environment.TickCount64 >= Volatile.Read(ref _retryAt));

    private static byte[]? NameOf(DeploymentSettings settings) => settings.Entity is { } name ? Encoding.UTF8.GetBytes(name) : null;

    private sealed record State(LiveVariant Champion, IReadOnlyList<LiveVariant> Others, Routing? Routing)
    {
        public IEnumerable<LiveVariant> All => Others.Append(Champion);

        public IReadOnlyList<LoadedPackage> Packages { get; } = [.. Others.Append(Champion).Select(variant => variant.Serving?.Package).OfType<LoadedPackage>().Distinct()];
    }
}
