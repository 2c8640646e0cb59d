using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    public Task<Page<DatasetWire>> ListDatasetsAsync(int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<DatasetWire>>(Query("datasets", ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<Page<DatasetVersionWire>> ListDatasetVersionsAsync(string dataset, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<DatasetVersionWire>>(Query($"datasets/{Escape(dataset)}/versions", ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<DatasetVersionWire> GetDatasetVersionAsync(string dataset, long version, CancellationToken cancellation = default) =>
        GetAsync<DatasetVersionWire>($"datasets/{Escape(dataset)}/versions/{version}", cancellation);

    public Task<DatasetComparisonWire> CompareDatasetVersionsAsync(string dataset, long left, long right, CancellationToken cancellation = default) =>
        GetAsync<DatasetComparisonWire>(Query($"datasets/{Escape(dataset)}/compare", ("left", left), ("right", right)), cancellation);
}
