using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Cairn.Tracking.Sql;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Experiments;

/// <summary>PUT /api/v1/experiments/{experiment}/tags</summary>
internal static class TagExperiment
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/api/v1/experiments/{experiment}/tags", Handle)
        .Requires(Permission.RunsWrite).Mutates()
        .WithName(nameof(TagExperiment)).WithSummary("Set tags of an experiment; tags not named stay").WithTags("Experiments")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Ok<ExperimentWire>, ProblemHttpResult>> Handle(
        string experiment, SetTags request, Caller caller, Database database, DefaultExperiment defaults, TimeProvider clock, CancellationToken cancellation)
    {
        if (Tags.Check(request.Tags, 5000) is { } badTag) return badTag.ToProblem();

        await defaults.Ensure(caller.Workspace, cancellation);
        var now = clock.Micros();
        var tagged = await database.Attempt<ExperimentWire>(
            transaction =>
            {
                var found = ExperimentTable.RequireActive(transaction, caller.Workspace, experiment);
                if (found.Refusal is { } refusal) return refusal;

                ExperimentTable.PutTags(transaction, caller.Workspace, found.Value.ExperimentId, request.Tags ?? Tags.None);
                transaction.Execute(
                    "UPDATE experiments SET updated_at = @now WHERE workspace_id = @workspace AND experiment_id = @ExperimentId",
                    new { workspace = caller.Workspace.Value, found.Value.ExperimentId, now });
                transaction.Write(caller, "experiment.tag", $"experiments/{found.Value.Id}", Detail.Of(request.Tags));
                return ExperimentTable.ToWire(transaction, caller.Workspace, [found.Value with { UpdatedAt = now }])[0];
            },
            cancellation);
        return tagged.ToOk();
    }
}
