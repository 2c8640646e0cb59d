using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Web.Components;
using Cairn.Web.Routing;

namespace Cairn.Web.Searching;

/// <summary>Looks for a text among pages and things, all at once. What the caller may not see is not found; what cannot be read is told.</summary>
/// <remarks>Whom predictions are about is looked for in all of the log, so it is a question of its own.</remarks>
internal sealed class Finder(PageRequest request, string text)
{
    private const int Most = 8, Asked = 50, IdDigits = 32;

    /// <value>Why some things could not be looked at; null: all were.</value>
    public Problem? Problem { get; private set; }

    /// <value>Whether predictions can be about this text.</value>
    public bool MayBeAbout => text.Length > 0 && !IsId;

    private bool IsId => text.Length == IdDigits && text.All(char.IsAsciiHexDigitLower);

    public async Task<IReadOnlyList<SearchHits.Row>> Find()
    {
        var pages = Areas.All.Where(area => Matches(area.Title)).Select(area => new SearchHits.Row("Pages", area.Icon, area.Title, area.Stage == Areas.Foot ? "" : area.Stage, area.Path));
        if (text.Length == 0) return [.. pages];
        pages = pages.Concat(Areas.Behind.Where(page => Matches(page.Title)).Select(page => (page, Area: Areas.Of(page.Path)!)).Select(found => new SearchHits.Row("Pages", found.Area.Icon, found.page.Title, found.Area.Title, found.page.Path)));
        Task<IReadOnlyList<SearchHits.Row>>[] questions =
        [
            Named((api, stop) => api.ListProjectsAsync(text, Asked, cancellation: stop), project => project.Name, project => new("Projects", "project", project.Name, "", Address.Project(project.Name))),
            Named((api, stop) => api.ListModelsAsync(text, Asked, cancellation: stop), model => model.Name,
                model => new("Models", "crown", model.Name, model.Champion is { } champion ? $"champion v{champion}" : "no champion", Address.Model(model.Name))),
            Named((api, stop) => api.ListDeploymentsAsync(text, Asked, cancellation: stop), deployment => deployment.Name,
                deployment => new("Deployments", "bolt", deployment.Name, deployment.Version is { } version ? $"serves v{version} of {Format.Name(deployment.Model)}" : "serves nothing", Address.Deployment(deployment.Name))),
            Named((api, stop) => api.ListDatasetsAsync(text, Asked, cancellation: stop), dataset => dataset.Name, dataset => new("Datasets", "data", dataset.Name, $"{Format.Count(dataset.Rows)} rows", Address.Dataset(dataset.Name))),
            IsId ? One((api, stop) => api.GetRunAsync(text, stop), Run) : Listed((api, stop) => api.ListRunsAsync(new RunListing(Name: text), Most, cancellation: stop), Run),
            .. IsId
                ? [One((api, stop) => api.GetPredictionAsync(text, stop), prediction => new SearchHits.Row("Predictions", "bolt", Format.Short(prediction.PredictionId), $"{prediction.Prediction}, {Format.Percent(prediction.Probability)}, by {prediction.Deployment}", Address.Prediction(prediction.PredictionId)))]
                : Array.Empty<Task<IReadOnlyList<SearchHits.Row>>>(),
        ];
        return [.. pages, .. (await Task.WhenAll(questions)).SelectMany(hits => hits).Where(hit => Areas.Of(hit.Path) is not null)];
    }

    /// <summary>The newest predictions about exactly this.</summary>
    public Task<IReadOnlyList<SearchHits.Row>> About() => MayBeAbout && Areas.Of("/predictions") is not null
        ? Listed((api, stop) => api.ListPredictionsAsync(new PredictionListing(Entity: text), Most, cancellation: stop), prediction => new("Predictions", "bolt", Format.Short(prediction.PredictionId), $"about {prediction.Entity}, by {prediction.Deployment}", Address.Prediction(prediction.PredictionId)))
        : Task.FromResult<IReadOnlyList<SearchHits.Row>>([]);

    private static SearchHits.Row Run(RunWire run) => new("Runs", "chart", run.Name, run.Status, Address.Run(run.RunId));

    private async Task<Loaded<T>> Load<T>(Func<CairnClient, CancellationToken, Task<T>> ask) where T : class
    {
        var loaded = await request.Load(ask);
        if (loaded.Problem is { Status: not (401 or 403 or 404) } problem) Problem = problem;
        return loaded;
    }

    private bool Matches(string name) => name.Contains(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>The shortest names are the nearest to what was typed.</summary>
    private async Task<IReadOnlyList<SearchHits.Row>> Named<T>(Func<CairnClient, CancellationToken, Task<Page<T>>> ask, Func<T, string> name, Func<T, SearchHits.Row> hit) =>
        [.. ((await Load(ask)).Value?.Items ?? []).OrderBy(item => name(item).Length).Take(Most).Select(hit)];

    private async Task<IReadOnlyList<SearchHits.Row>> Listed<T>(Func<CairnClient, CancellationToken, Task<Page<T>>> ask, Func<T, SearchHits.Row> hit) => [.. ((await Load(ask)).Value?.Items ?? []).Select(hit)];

    private async Task<IReadOnlyList<SearchHits.Row>> One<T>(Func<CairnClient, CancellationToken, Task<T>> ask, Func<T, SearchHits.Row> hit) where T : class => (await Load(ask)).Value is { } found ? [hit(found)] : [];
}
