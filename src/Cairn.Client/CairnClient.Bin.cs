using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    /// <summary>What is deleted and can be restored; what was deleted last comes first.</summary>
    /// <param name="kind"><c>runs</c>, <c>experiments</c>, <c>logged-models</c>, <c>models</c> or <c>versions</c>.</param>
    /// <param name="name">A part of the name, in any case.</param>
    public Task<Page<BinItemWire>> ListBinAsync(int? limit = null, string? pageToken = null, string? kind = null, string? name = null, CancellationToken cancellation = default) =>
        GetAsync<Page<BinItemWire>>(Query("bin", ("kind", kind), ("name", name), ("limit", limit), ("page_token", pageToken)), cancellation);

    /// <summary>Those of some subjects, at most a hundred, that are in the bin.</summary>
    public async Task<IReadOnlyList<BinItemWire>> FindInBinAsync(IReadOnlyList<string> subjects, CancellationToken cancellation = default) =>
        (await GetAsync<Page<BinItemWire>>(Query("bin", [.. subjects.Select(subject => ("subject", (object?)subject))]), cancellation).ConfigureAwait(false)).Items;

    /// <summary>What a purge would take, counted now; <see cref="StartPurgeAsync"/> with <see cref="PurgeRequest.DryRun"/> does the same in the background.</summary>
    /// <param name="subjects">At most a hundred; null: all of the bin.</param>
    public Task<PurgeResult> PreviewPurgeAsync(IReadOnlyList<string>? subjects = null, long? deletedBefore = null, CancellationToken cancellation = default) =>
        GetAsync<PurgeResult>(Query("bin/purge", [.. (subjects ?? []).Select(subject => ("subject", (object?)subject)), ("deleted_before", deletedBefore)]), cancellation);

    /// <param name="subject">As <see cref="BinItemWire.Subject"/> says it.</param>
    public Task RestoreFromBinAsync(string subject, CancellationToken cancellation = default) => PostAsync<Nothing>($"{EscapePath(subject)}/restore", null, cancellation);

    /// <summary>Starts to remove what is in the bin for good; <see cref="WaitForFlowRunAsync"/> follows it. Its result is a <see cref="PurgeResult"/>.</summary>
    public Task<FlowRunWire> StartPurgeAsync(PurgeRequest request, CancellationToken cancellation = default) => PostAsync<FlowRunWire>("bin/purge", request, cancellation);
}
