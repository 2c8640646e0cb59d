using System.Text;
using Cairn.Client.Wire;

namespace Cairn.Serving.Live;

/// <summary>A deployment and what it serves now.</summary>
internal sealed class LiveDeployment(DeploymentRow row)
{
    /// <value>The variant that follows the alias.</value>
    public const string Champion = "champion";

    private byte[]? _entityName = NameOf(row.ReadSettings());

    // One reference for all of it: readers see the state before a swap or the state after it.
    private volatile State _state = new(null, "Its model is being loaded.", row.CreatedAt, ChampionFailed: false);

    public DeploymentRow Row => row;

    /// <value>What its owner chose; changes take effect with the next request.</value>
    public DeploymentSettings Settings { get; private set; } = row.ReadSettings();

    /// <summary>The member of a request that says whom it is about, UTF-8; empty when there is none.</summary>
    public byte[] EntityName(ServedModel served) => _entityName ?? served.Package.Key;

    /// <value>Null: nothing; <see cref="Problem"/> says why.</value>
    public ServedModel? Serving => _state.Serving;

    /// <value>Why the champion does not serve; null when it does.</value>
    public string? Problem => _state.Problem;

    /// <value>True when there is a champion and it could not be loaded; not when there is none.</value>
    public bool ChampionFailed => _state.ChampionFailed;

    public void Choose(DeploymentSettings settings) => (Settings, _entityName) = (settings, NameOf(settings));

    public void Serve(ServedModel model, long now) => _state = new(model, null, now, ChampionFailed: false);

    public void Stop(string problem, long now) => _state = new(null, problem, now, ChampionFailed: false);

    /// <summary>The champion could not be loaded: goes on with what it serves, if anything.</summary>
    public void Keep(string problem) => _state = _state with { Problem = problem, ChampionFailed = true };

    public DeploymentWire ToWire(bool withInputs = false)
    {
        var state = _state;
        return new(
            row.Name, row.Model, row.IsDefault, state.Serving?.Version, state.Serving?.Package.Predictor.Package.Hex, state.Since, state.Problem,
            withInputs ? state.Serving?.Package.Predictor.Inputs : null, Settings);
    }

    private static byte[]? NameOf(DeploymentSettings settings) => settings.Entity is { } name ? Encoding.UTF8.GetBytes(name) : null;

    private sealed record State(ServedModel? Serving, string? Problem, long Since, bool ChampionFailed);
}
