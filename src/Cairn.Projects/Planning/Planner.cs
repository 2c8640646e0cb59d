using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Projects.Files;
using Cairn.Projects.Lifecycle;
using Cairn.Projects.Revisions;
using Cairn.Projects.Yaml;
using Cairn.Tracking;

namespace Cairn.Projects.Planning;

/// <summary>Says of each task of the lifecycle whether it would run, by asking what the task itself asks: the source's signs, the cache keys, the champion.</summary>
internal sealed class Planner(ProjectTables tables, ProjectRevisions revisions, FlowRuns flows, Models models)
{
    private const string Run = "run";
    private const string Reuse = "reuse";
    private const string Skip = "skip";
    private static readonly string[] AfterEvaluation = ["register", "gate", "promote", "deploy"];

    public async Task<PlanWire> Plan(WorkspaceId workspace, ProjectFiles files, ReadyProject project, CancellationToken cancellation)
    {
        var definition = project.Definition;
        var steps = new List<PlanStepWire>();
        var changes = await ChangesOf(workspace, files, definition.Name, cancellation);
        var source = await tables.FindSource(workspace, definition.Name, cancellation);
        var (unchanged, why) = Compare(source, project);
        steps.Add(new("snapshot", unchanged ? Reuse : Run, why));

        var key = unchanged ? TakeSnapshot.LearningKey(definition, source!.DatasetDigest) : null;
        var fresh = new List<string>();
        foreach (var algorithm in definition.Algorithms)
        {
            var known = key is not null && await flows.CachedResult(workspace, TrainAlgorithm.CacheKey(key, algorithm), cancellation) is not null;
            if (!known) fresh.Add(algorithm);
        }

        var reason = !unchanged ? source is null ? "there is no snapshot yet" : "the data may have changed"
            : changes.Count > 0 ? $"changed: {string.Join(", ", changes.Take(4))}{(changes.Count > 4 ? $" and {changes.Count - 4} more" : "")}"
            : "not trained on this data by this version of Cairn";
        var same = $"same data (version {source?.DatasetVersion}), choices and build";
        var prepared = key is not null && await flows.CachedResult(workspace, PrepareTraining.CacheKey(key), cancellation) is not null;
        steps.Add(prepared ? new("prepare", Reuse, same) : new("prepare", Run, reason));
        foreach (var algorithm in definition.Algorithms)
            steps.Add(fresh.Contains(algorithm, StringComparer.Ordinal) ? new($"train:{algorithm}", Run, reason) : new($"train:{algorithm}", Reuse, same));

        var evaluated = key is not null && fresh.Count == 0
            ? await flows.CachedResult(workspace, EvaluateCandidate.CacheKey(key, definition.Algorithms), cancellation)
            : null;
        steps.AddRange(await Rest(workspace, definition, evaluated is null ? null : Results.Read<EvaluateResult>(evaluated), changes, cancellation));
        foreach (var section in definition.NotYetActedOn) steps.Add(new(section, Skip, "understood, but not yet acted on"));
        return new(definition.Name, ProjectRevisions.Identify(files.Files).Revision.Hex, steps);
    }

    private async Task<IEnumerable<PlanStepWire>> Rest(
        WorkspaceId workspace, ProjectDefinition definition, EvaluateResult? evaluated, IReadOnlyList<string> changes, CancellationToken cancellation)
    {
        var champion = await models.FindChampion(workspace, definition.Name, cancellation);
        if (evaluated is null)
        {
            return
            [
                new("select", Run, $"best of {definition.Algorithms.Count} by {definition.Tune.Metric}"),
                new("evaluate", Run, "there is a new candidate"),
                new("register", Run, "if it beats the baseline"),
                new("gate", Run, $"better_than baseline, {string.Join(", ", definition.Gates.Select(g => g.Text))}; {(champion is null ? "nothing serves yet" : $"champion is version {champion.Version}")}"),
                new("promote", Run, "if the gates pass"),
                new("deploy", Run, $"deployment {definition.Deployment}, if promoted"),
            ];
        }

        const string same = "same candidates";
        if (!evaluated.Signal)
        {
            return [new("select", Reuse, same), new("evaluate", Reuse, $"no signal: {evaluated.SignalDetail}"), .. Steps(Skip, "nothing to register without a signal")];
        }

        var gatesChanged = changes.Any(c => c.StartsWith("gates", StringComparison.Ordinal) || c.StartsWith("serve", StringComparison.Ordinal) || c.StartsWith("outcome", StringComparison.Ordinal));
        if (champion?.PackageDigest == evaluated.Package && !gatesChanged)
            return [new("select", Reuse, same), new("evaluate", Reuse, same), .. Steps(Reuse, $"nothing to do: version {champion!.Version} is champion already")];
        return
        [
            new("select", Reuse, same), new("evaluate", Reuse, same), new("register", Reuse, "the package is there"),
            new("gate", Run, champion is null ? "nothing serves yet" : gatesChanged ? "the gates changed" : $"champion is version {champion.Version}, another package"),
            new("promote", Run, "if the gates pass"), new("deploy", Run, $"deployment {definition.Deployment}, if promoted"),
        ];
    }

    private static IEnumerable<PlanStepWire> Steps(string action, string reason) =>
        AfterEvaluation.Select(step => new PlanStepWire(step, action, reason));

    private static (bool Unchanged, string Why) Compare(SourceRow? before, ReadyProject project)
    {
        var (length, modified) = TakeSnapshot.Fingerprint(project.Source);
        var written = project.Definition.SourcePath;
        var inferred = project.Inferred ? "; its contract is inferred, `cairn init` writes it down" : "";
        if (before is null) return (false, $"first snapshot of {written} ({length:N0} bytes){inferred}");
        if (before.Path != project.Source) return (false, $"the source is {project.Source} now, was {before.Path}");
        if (before.SchemaDigest != TakeSnapshot.DigestOf(project.Schema)) return (false, "the contract changed: all rows are checked again");
        if (before.Length != length) return (false, $"{written} changed: {before.Length:N0} → {length:N0} bytes");
        if (before.ModifiedAt != modified) return (false, $"{written} was written since; if its content is the same, version {before.DatasetVersion} is reused");
        return (true, $"{written} is as it was: version {before.DatasetVersion}, {before.Rows:N0} rows ({before.DatasetDigest[..8]})");
    }

    /// <summary>Against the revision that ran last.</summary>
    private async Task<IReadOnlyList<string>> ChangesOf(WorkspaceId workspace, ProjectFiles files, string project, CancellationToken cancellation)
    {
        if (await tables.Find(workspace, project, cancellation) is not { } known || known.Revision == ProjectRevisions.Identify(files.Files).Revision.Hex) return [];
        var before = await revisions.Load(workspace, project, known.Revision, cancellation);
        return
        [
            .. before.Keys.Union(files.Files.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .SelectMany(path => Changes.Between(path, before.GetValueOrDefault(path), files.Files.GetValueOrDefault(path))),
        ];
    }
}
