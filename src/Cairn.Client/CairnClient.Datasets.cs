using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    public Task<Page<DatasetWire>> ListDatasetsAsync(int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        ListDatasetsAsync(null, limit, pageToken, cancellation);

    /// <param name="name">A part of the name, in any case; null: all.</param>
    public Task<Page<DatasetWire>> ListDatasetsAsync(string? name, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<DatasetWire>>(Query("datasets", ("name", name), ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<Page<DatasetVersionWire>> ListDatasetVersionsAsync(string dataset, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<DatasetVersionWire>>(Query($"datasets/{Escape(dataset)}/versions", ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<DatasetVersionWire> GetDatasetVersionAsync(string dataset, long version, CancellationToken cancellation = default) =>
        GetAsync<DatasetVersionWire>($"datasets/{Escape(dataset)}/versions/{version}", cancellation);

    /// <param name="version">Its number, or six or more digits of its digest; as <paramref name="version"/> of <see cref="GetDatasetProfileAsync"/>.</param>
    public Task<DatasetVersionWire> GetDatasetVersionAsync(string dataset, string version, CancellationToken cancellation = default) =>
        GetAsync<DatasetVersionWire>($"datasets/{Escape(dataset)}/versions/{Escape(version)}", cancellation);

    /// <summary>The rows of a version, in the order of its source.</summary>
    /// <param name="version">Its number, or six or more digits of its digest.</param>
    public Task<Page<DatasetRowWire>> ListDatasetRowsAsync(string dataset, string version, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<DatasetRowWire>>(Query($"datasets/{Escape(dataset)}/versions/{Escape(version)}/rows", ("limit", limit), ("page_token", pageToken)), cancellation);

    /// <summary>Distributions, missing values and what each column tells of the target. Takes a while when nobody has asked before.</summary>
    public Task<DatasetProfileWire> GetDatasetProfileAsync(string dataset, string version, CancellationToken cancellation = default) =>
        GetAsync<DatasetProfileWire>($"datasets/{Escape(dataset)}/versions/{Escape(version)}/profile", cancellation);

    /// <param name="left">A number or the start of a digest, as <paramref name="right"/>.</param>
    public Task<DatasetComparisonWire> CompareDatasetVersionsAsync(string dataset, string left, string right, CancellationToken cancellation = default) =>
        GetAsync<DatasetComparisonWire>(Query($"datasets/{Escape(dataset)}/compare", ("left", left), ("right", right)), cancellation);

    public Task<DatasetComparisonWire> CompareDatasetVersionsAsync(string dataset, long left, long right, CancellationToken cancellation = default) =>
        GetAsync<DatasetComparisonWire>(Query($"datasets/{Escape(dataset)}/compare", ("left", left), ("right", right)), cancellation);
}
