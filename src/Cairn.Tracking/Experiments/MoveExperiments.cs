using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Naming;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Request = Cairn.Client.Wire.MoveExperiments;

namespace Cairn.Tracking.Experiments;

/// <summary>POST /api/v1/experiment-tree/move: renames an experiment and all below it, deleted ones too, in one transaction.</summary>
internal static class MoveExperiments
{
    private const int Most = 1000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/experiment-tree/move", Handle)
        .Requires(Permission.RunsWrite).Mutates()
        .WithName(nameof(MoveExperiments)).WithSummary("Give another path to an experiment and to all below it").WithTags("Experiments")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    private static async Task<Results<Ok<MovedExperimentsWire>, ProblemHttpResult>> Handle(
        Request request, Caller caller, Database database, DefaultExperiment defaults, TimeProvider clock, CancellationToken cancellation)
    {
        var (from, to) = ((request.From ?? "").TrimEnd('/'), (request.To ?? "").TrimEnd('/'));
        if (Names.Experiment(to) is { } badName) return badName.ToProblem();

        await defaults.Ensure(caller.Workspace, cancellation);
        var now = clock.Micros();
        var moved = await database.Attempt<MovedExperimentsWire>(
            transaction =>
            {
                var experiments = transaction.Query<Experiment>(
                    $"SELECT {ExperimentTable.Columns} FROM experiments WHERE workspace_id = @workspace AND (name = @from OR ({ExperimentPath.Below("name")})) LIMIT @rows",
                    new { workspace = caller.Workspace.Value, from, first = ExperimentPath.First(from), after = ExperimentPath.After(from), rows = Most + 1 });
                if (experiments.Count == 0) return new Refusal.Missing("experiment.unknown", $"No experiment is named '{from}', and none lies below it. GET /api/v1/experiment-tree shows the paths there are.");
                if (experiments.Count > Most) return new Refusal.TooLarge("experiment.move-too-large", $"More than {Most} experiments lie at or below '{from}'. Move what is below it part by part.");
                if (from == to) return new MovedExperimentsWire(0);

                var own = experiments.Select(experiment => experiment.ExperimentId).ToHashSet();
                // The longest first when names grow, last when they shrink: a name that another one is to have is free by then.
                foreach (var experiment in experiments.OrderBy(experiment => to.Length > from.Length ? -experiment.Name.Length : experiment.Name.Length))
                {
                    var name = to + experiment.Name[from.Length..];
                    if (Names.Experiment(name) is { } tooLong) return tooLong;
                    if (ExperimentTable.FindByName(transaction, caller.Workspace, name) is { } holder && !own.Contains(holder.ExperimentId)) return ExperimentTable.NameTaken(holder);
                    ExperimentTable.Rename(transaction, caller, experiment, name, now);
                }

                return new MovedExperimentsWire(experiments.Count);
            },
            cancellation);
        return moved.ToOk();
    }
}
