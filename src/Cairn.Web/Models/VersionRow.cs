using Cairn.Client.Wire;
using Cairn.Web.Routing;

namespace Cairn.Web.Models;

/// <summary>A version with the run it came from.</summary>
/// <param name="Run">Null: it has none, it was deleted, or the reader may not see it.</param>
public sealed record VersionRow(ModelVersionWire Version, RunWire? Run, bool IsChampion)
{
    /// <value>The number by which versions are compared: <c>roc_auc</c> where there is one.</value>
    public string? Headline => Run is null ? null : Run.Metrics.ContainsKey("roc_auc") ? "roc_auc" : Run.Metrics.Keys.Where(key => !key.Contains('.', StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault();

    public double? Metric(string? key) => key is not null && Run is not null && Run.Metrics.TryGetValue(key, out var value) ? value : null;

    /// <value>What the run measured for the cheapest baseline on the same rows.</value>
    public double? Baseline => Headline is { } key ? Metric($"baseline.{key}") : null;

    public string? BaselineName => Run?.Tags.GetValueOrDefault("cairn.baseline");

    public string? Algorithm => Run?.Tags.GetValueOrDefault("cairn.algorithm") ?? Run?.Params.GetValueOrDefault("algorithm");

    /// <summary>As it stands in one word: champion, another alias, archived, or what the gates said.</summary>
    public string State => IsChampion ? "champion"
        : Version.Aliases.Contains("challenger", StringComparer.Ordinal) ? "challenger"
        : Version.Stage == "Archived" ? "archived"
        : Version.Verdict?.Verdict ?? (Version.PackageDigest is null ? "unverified" : "not judged");

    internal static async Task<IReadOnlyList<VersionRow>> Of(PageRequest request, IEnumerable<ModelVersionWire> versions, long? champion)
    {
        var asked = versions.Select(version => (Version: version, Run: version.RunId is { } id ? request.Load((api, stop) => api.GetRunAsync(id, stop)) : null)).ToList();
        List<VersionRow> rows = [];
        foreach (var (version, run) in asked) rows.Add(new(version, run is null ? null : (await run).Value, version.Version == champion));
        return rows;
    }
}
