using System.Text;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Variants;

namespace Cairn.Serving.Live;

/// <summary>A deployment and what it serves now.</summary>
internal sealed class LiveDeployment(DeploymentRow row)
{
    private readonly ulong _salt = TrafficPlace.Salt(row.WorkspaceId, row.Name);

    private readonly Lock _changing = new();
    private byte[]? _entityName = NameOf(row.ReadSettings());

    // One reference for all of it: readers see the state before a swap or the state after it.
    private volatile State _state = new(new(LiveVariant.Champion, null, null, "Its model is being loaded.", row.CreatedAt, Failed: false), [], null);

    public DeploymentRow Row => row;

    /// <value>What its owner chose; changes take effect with the next request.</value>
    public DeploymentSettings Settings { get; private set; } = row.ReadSettings();

    /// <value>Who answers what; null: nobody does, and <see cref="Problem"/> says why. A request reads it once.</value>
    public Routing? Routing => _state.Routing;

    /// <value>The champion as it serves; null: nothing does.</value>
    public ServedModel? Serving => _state.Champion.Serving;

    /// <value>Why the champion does not serve; null when it does.</value>
    public string? Problem => _state.Champion.Problem;

    /// <value>True when there is a champion and it could not be loaded; not when there is none.</value>
    public bool ChampionFailed => _state.Champion.Failed;

    public LiveVariant Champion => _state.Champion;

    /// <summary>What a request is told while <see cref="Routing"/> is null.</summary>
    public Refusal ServesNothing() => new Refusal.Unavailable("deployment.no-model", $"The deployment {row.Name} serves nothing. {Problem}");

    /// <value>The variants beside the champion, by name.</value>
    public IReadOnlyList<LiveVariant> Others => _state.Others;

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

    public DeploymentWire ToWire(bool withInputs = false)
    {
        var champion = _state.Champion;
        return new(
            row.Name, row.Model, row.IsDefault, champion.Serving?.Version, champion.Serving?.Package.Predictor.Package.Hex, champion.Since, champion.Problem,
            withInputs ? champion.Serving?.Package.Predictor.Inputs : null, Settings);
    }

    private static byte[]? NameOf(DeploymentSettings settings) => settings.Entity is { } name ? Encoding.UTF8.GetBytes(name) : null;

    private sealed record State(LiveVariant Champion, IReadOnlyList<LiveVariant> Others, Routing? Routing);
}
