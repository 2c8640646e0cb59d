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
using Request = Cairn.Client.Wire.RenameExperiment;

namespace Cairn.Tracking.Experiments;

/// <summary>PATCH /api/v1/experiments/{experiment}</summary>
internal static class RenameExperiment
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPatch("/api/v1/experiments/{experiment}", Handle)
        .Requires(Permission.RunsWrite).Mutates()
        .WithName(nameof(RenameExperiment)).WithSummary("Give an experiment another name").WithTags("Experiments")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<ExperimentWire>, ProblemHttpResult>> Handle(
        string experiment, Request request, Caller caller, Database database, DefaultExperiment defaults, TimeProvider clock, CancellationToken cancellation)
    {
        if (Names.Experiment(request.Name) is { } badName) return badName.ToProblem();

        await defaults.Ensure(caller.Workspace, cancellation);
        var now = clock.Micros();
        var renamed = await database.Attempt<ExperimentWire>(
            transaction =>
            {
                var found = ExperimentTable.RequireActive(transaction, caller.Workspace, experiment);
                if (found.Refusal is { } refusal) return refusal;
                if (ExperimentTable.FindByName(transaction, caller.Workspace, request.Name) is { } holder && holder.ExperimentId != found.Value.ExperimentId)
                    return ExperimentTable.NameTaken(holder);

                ExperimentTable.Rename(transaction, caller, found.Value, request.Name, now);
                return ExperimentTable.ToWire(transaction, caller.Workspace, [found.Value with { Name = request.Name, UpdatedAt = now }])[0];
            },
            cancellation);
        return renamed.ToOk();
    }
}
