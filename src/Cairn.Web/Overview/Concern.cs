using Cairn.Client.Wire;
using Cairn.Web.Components;

namespace Cairn.Web.Overview;

/// <summary>Something that waits for a person, the worst first.</summary>
internal sealed record Concern(string Tone, string Title, string Text, string Path, long? Micros)
{
    public static IReadOnlyList<Concern> Of(IReadOnlyList<ProjectWire> projects, IReadOnlyList<ModelWire> models, IReadOnlyList<DeploymentWire> deployments) =>
        [.. deployments.Select(Of).Concat(projects.Select(Of)).Concat(models.Select(model => Of(model, projects))).OfType<Concern>().OrderBy(concern => concern.Tone switch { "bad" => 0, "warn" => 1, _ => 2 })];

    private static Concern? Of(DeploymentWire deployment) => deployment.Problem is not { } problem ? null : new(
        deployment.Version is null ? "bad" : "warn", deployment.Version is null ? $"Deployment {Format.Name(deployment.Name)} serves nothing" : $"Deployment {Format.Name(deployment.Name)} does not serve its champion",
        problem, Address.Deployment(deployment.Name), deployment.UpdatedAt);

    private static Concern? Of(ProjectWire project) => project switch
    {
        { LastRun: { State: "failed" } run } => new("bad", $"The last run of {Format.Name(project.Name)} failed", run.Problem?.Detail ?? run.Message, Address.Project(project.Name), run.EndedAt),
        { LastRun: { State: "interrupted" } run } => new("warn", $"The last run of {Format.Name(project.Name)} was interrupted", "Its process ended. Run it again: it goes on where it stopped.", Address.Project(project.Name), run.EndedAt),
        { LastResult: { Verdict: "refused" } result, LastRun: var run } => new(
            "warn", $"A gate refused {Format.Name(project.Name)}{(result.Version is { } version ? $" v{version}" : "")}",
            result.Gates.FirstOrDefault(gate => !gate.Passed) is { } gate ? $"{gate.Gate}: {gate.Detail}" : result.Summary, Address.Project(project.Name), run?.EndedAt),
        _ => null,
    };

    /// <summary>A version that passed its gates and was not promoted.</summary>
    private static Concern? Of(ModelWire model, IReadOnlyList<ProjectWire> projects) =>
        projects.FirstOrDefault(project => project.LastResult is { Verdict: "passed" } result && result.Model == model.Name && result.Version > (model.Champion ?? 0))?.LastResult is { Version: { } version }
            ? new("info", $"{Format.Name(model.Name)} v{version} awaits a decision", "It holds its gates and was not promoted.", Address.ModelVersion(model.Name, version), model.UpdatedAt)
            : null;
}
