using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    public Task<VariantsWire> ListVariantsAsync(string deployment, CancellationToken cancellation = default) =>
        GetAsync<VariantsWire>(VariantsPath(deployment), cancellation);

    /// <summary>The same over a stretch of the log; by default the last day.</summary>
    /// <param name="from">Microseconds UTC.</param>
    public Task<LoggedVariantsWire> CompareLoggedVariantsAsync(string deployment, long? from = null, long? to = null, CancellationToken cancellation = default) =>
        GetAsync<LoggedVariantsWire>(Query($"{VariantsPath(deployment)}/logged", ("from", from), ("to", to)), cancellation);

    /// <param name="minutes">1 to 360; by default the last hour.</param>
    public Task<TrafficWire> GetTrafficAsync(string deployment, int? minutes = null, CancellationToken cancellation = default) =>
        GetAsync<TrafficWire>(Query($"deployments/{Escape(deployment)}/traffic", ("minutes", minutes)), cancellation);

    public Task<VariantWire> SetVariantAsync(string deployment, string variant, SetVariant request, CancellationToken cancellation = default) =>
        PutAsync<VariantWire>($"{VariantsPath(deployment)}/{Escape(variant)}", request, cancellation);

    public Task RemoveVariantAsync(string deployment, string variant, CancellationToken cancellation = default) =>
        DeleteAsync($"{VariantsPath(deployment)}/{Escape(variant)}", cancellation);

    private static string VariantsPath(string deployment) => $"deployments/{Escape(deployment)}/variants";
}
