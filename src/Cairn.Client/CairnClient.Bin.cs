using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    /// <summary>What is deleted and can be restored; what was deleted last comes first.</summary>
    public Task<Page<BinItemWire>> ListBinAsync(int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<BinItemWire>>(Query("bin", ("limit", limit), ("page_token", pageToken)), cancellation);

    /// <param name="subject">As <see cref="BinItemWire.Subject"/> says it.</param>
    public Task RestoreFromBinAsync(string subject, CancellationToken cancellation = default) => PostAsync<Nothing>($"{EscapePath(subject)}/restore", null, cancellation);

    /// <summary>Starts to remove what is in the bin for good; <see cref="WaitForFlowRunAsync"/> follows it. Its result is a <see cref="PurgeResult"/>.</summary>
    public Task<FlowRunWire> StartPurgeAsync(PurgeRequest request, CancellationToken cancellation = default) => PostAsync<FlowRunWire>("bin/purge", request, cancellation);
}
