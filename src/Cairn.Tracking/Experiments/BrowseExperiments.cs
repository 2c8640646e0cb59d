using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Experiments;

/// <summary>GET /api/v1/experiment-tree: one level of the tree that the names of active experiments make.</summary>
internal static class BrowseExperiments
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/experiment-tree", Handle)
        .Requires(Permission.RunsRead)
        .WithName(nameof(BrowseExperiments)).WithSummary("One level of the tree of experiments, whose names are paths: prefix=team shows what is directly below team, with counts of runs").WithTags("Experiments")
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<Page<ExperimentNodeWire>>, ProblemHttpResult>> Handle(
        Caller caller, Database database, DefaultExperiment defaults, string? prefix, int? limit, string? page_token, CancellationToken cancellation)
    {
        var size = PageSize.Of(limit);
        if (size.Refusal is { } badSize) return badSize.ToProblem();
        var after = page_token is null ? "" : PageToken.Read(page_token);
        if (after.Refusal is { } badToken) return badToken.ToProblem();

        await defaults.Ensure(caller.Workspace, cancellation);
        var path = (prefix ?? "").TrimEnd('/');
        var nodes = await database.Read(transaction => Level(transaction, caller.Workspace, path), cancellation);
        var shown = nodes.Where(node => string.CompareOrdinal(node.Path, after.Value) > 0).Take(size.Value + 1).ToList();
        return TypedResults.Ok(new Page<ExperimentNodeWire>([.. shown.Take(size.Value)], shown.Count > size.Value ? PageToken.Write(shown[size.Value - 1].Path) : null));
    }

    private static IReadOnlyList<ExperimentNodeWire> Level(ReadTransaction transaction, WorkspaceId workspace, string path)
    {
        var (below, key) = path.Length == 0
            ? ("", new { workspace = workspace.Value, first = "", after = "" })
            : ($"AND {ExperimentPath.Below("name")}", new { workspace = workspace.Value, first = ExperimentPath.First(path), after = ExperimentPath.After(path) });
        var experiments = transaction.Query<Found>($"SELECT experiment_id, name FROM experiments WHERE workspace_id = @workspace AND lifecycle_stage = 'active' {below} ORDER BY name", key);
        var among = path.Length == 0 ? "" : $"AND experiment_id IN (SELECT experiment_id FROM experiments WHERE workspace_id = @workspace {below})";
        // The index of the runs alone: it begins with the experiment and has the stage.
        var runs = transaction.Query<Count>(
            $"SELECT experiment_id, COUNT(*) AS runs FROM runs WHERE workspace_id = @workspace AND lifecycle_stage = 'active' {among} GROUP BY experiment_id", key)
            .ToDictionary(count => count.ExperimentId, count => count.Runs);
        return
        [
            .. experiments.GroupBy(experiment => ExperimentPath.Step(experiment.Name, path), StringComparer.Ordinal).OrderBy(node => node.Key, StringComparer.Ordinal).Select(node =>
            {
                var own = node.FirstOrDefault(experiment => experiment.Name == node.Key);
                return new ExperimentNodeWire(
                    path.Length == 0 ? node.Key : node.Key[(path.Length + 1)..], node.Key, own?.ExperimentId.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    node.Count() - (own is null ? 0 : 1), own is null ? 0 : runs.GetValueOrDefault(own.ExperimentId), node.Sum(experiment => runs.GetValueOrDefault(experiment.ExperimentId)));
            }),
        ];
    }

    private sealed record Found
    {
        public long ExperimentId { get; init; }

        public string Name { get; init; } = "";
    }

    private sealed record Count
    {
        public long ExperimentId { get; init; }

        public long Runs { get; init; }
    }
}
