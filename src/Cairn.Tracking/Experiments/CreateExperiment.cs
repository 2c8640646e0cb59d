using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Naming;
using Cairn.Tracking.Sql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Request = Cairn.Client.Wire.CreateExperiment;

namespace Cairn.Tracking.Experiments;

/// <summary>POST /api/v1/experiments</summary>
internal static class CreateExperiment
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/experiments", Handle)
        .Requires(Permission.RunsWrite).Mutates()
        .WithName(nameof(CreateExperiment)).WithSummary("Make an experiment").WithTags("Experiments")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Created<ExperimentWire>, ProblemHttpResult>> Handle(
        Request request, Caller caller, Database database, DefaultExperiment defaults, TimeProvider clock, CancellationToken cancellation)
    {
        if ((Names.Experiment(request.Name) ?? Tags.Check(request.Tags, 5000)) is { } refusal) return refusal.ToProblem();

        await defaults.Ensure(caller.Workspace, cancellation);
        var now = clock.Micros();
        var made = await database.Attempt<ExperimentWire>(
            transaction =>
            {
                if (ExperimentTable.Insert(transaction, caller.Workspace, request.Name, request.Tags, now) is not { } experiment)
                    return ExperimentTable.NameTaken(ExperimentTable.FindByName(transaction, caller.Workspace, request.Name)!);

                transaction.Write(caller, "experiment.create", $"experiments/{experiment.Id}", Detail.Of(new { request.Name }));
                return ExperimentTable.ToWire(transaction, caller.Workspace, [experiment])[0];
            },
            cancellation);
        return made.ToCreated(experiment => $"/api/v1/experiments/{experiment.ExperimentId}");
    }
}
