using Cairn.Client.Wire;

namespace Cairn.Client;

public sealed partial class CairnClient
{
    public Task<Page<ModelWire>> ListModelsAsync(int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        ListModelsAsync(null, limit, pageToken, cancellation);

    /// <param name="name">A part of the name, in any case; null: all.</param>
    public Task<Page<ModelWire>> ListModelsAsync(string? name, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<ModelWire>>(Query("models", ("name", name), ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<ModelWire> GetModelAsync(string model, CancellationToken cancellation = default) => GetAsync<ModelWire>($"models/{Escape(model)}", cancellation);

    public Task<Page<ModelVersionWire>> ListModelVersionsAsync(string model, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<ModelVersionWire>>(Query($"models/{Escape(model)}/versions", ("limit", limit), ("page_token", pageToken)), cancellation);

    public Task<ModelVersionWire> GetModelVersionAsync(string model, long version, CancellationToken cancellation = default) =>
        GetAsync<ModelVersionWire>($"models/{Escape(model)}/versions/{version}", cancellation);

    /// <summary>Every move of the champion, newest first.</summary>
    /// <param name="at">Microseconds UTC: only moves up to then, so the first one says who was champion at that time.</param>
    public Task<Page<PromotionWire>> ListPromotionsAsync(string model, long? at = null, int? limit = null, string? pageToken = null, CancellationToken cancellation = default) =>
        GetAsync<Page<PromotionWire>>(Query($"models/{Escape(model)}/promotions", ("at", at), ("limit", limit), ("page_token", pageToken)), cancellation);

    /// <summary>Makes a version the champion.</summary>
    public Task<PromotionWire> PromoteAsync(string model, Promote request, CancellationToken cancellation = default) =>
        PostAsync<PromotionWire>($"models/{Escape(model)}/promote", request, cancellation);

    /// <summary>What an MLflow client said of the model it logged, and which files it stored.</summary>
    public Task<MlmodelWire> GetMlmodelAsync(string model, long version, CancellationToken cancellation = default) =>
        GetAsync<MlmodelWire>($"models/{Escape(model)}/versions/{version}/mlmodel", cancellation);

    /// <summary>What a version stands on: run, dataset versions, package; and its promotions.</summary>
    public Task<LineageWire> GetLineageAsync(string model, long version, CancellationToken cancellation = default) =>
        GetAsync<LineageWire>($"models/{Escape(model)}/versions/{version}/lineage", cancellation);

    /// <summary>Where a rollback would lead; it moves nothing.</summary>
    public Task<RollbackPreviewWire> PreviewRollbackAsync(string model, CancellationToken cancellation = default) =>
        GetAsync<RollbackPreviewWire>($"models/{Escape(model)}/rollback", cancellation);

    /// <summary>Makes the champion before this one the champion again.</summary>
    public Task<PromotionWire> RollbackAsync(string model, Rollback request, CancellationToken cancellation = default) =>
        PostAsync<PromotionWire>($"models/{Escape(model)}/rollback", request, cancellation);
}
