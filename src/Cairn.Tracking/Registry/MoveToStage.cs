using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>POST /api/v1/models/{model}/versions/{version}/stage: Production makes the version champion, by the rules of a promotion.</summary>
internal static class MoveToStage
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/models/{model}/versions/{version:long}/stage", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(MoveToStage)).WithSummary("Move a version to a stage; Production makes it champion and needs what a promotion needs").WithTags("Models")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<ModelVersionWire>, ProblemHttpResult>> Handle(
        string model, long version, TransitionStage request, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        if (Stage.Find(request.Stage) is not { } stage)
            return new Refusal.Invalid("registry.stage-invalid", $"'{request.Stage}' is no stage; there are {string.Join(", ", Stage.All)}.").ToProblem();
        if (request.ArchiveExisting && stage is not (Stage.Staging or Stage.Production))
            return new Refusal.Invalid("registry.stage-invalid", $"archive_existing goes with Staging and Production only, not with {stage}.").ToProblem();

        var now = clock.Micros();
        var moved = await database.Attempt(transaction => Move(transaction, caller, model, version, stage, request, now), cancellation);
        return moved.ToOk();
    }

    /// <param name="stage">As MLflow spells it; that of the request may be in any case.</param>
    internal static Answer<ModelVersionWire> Move(WriteTransaction transaction, Caller caller, string model, long version, string stage, TransitionStage request, long now)
    {
        if (ModelTable.RequireForChange(transaction, caller.Workspace, model, now).Refusal is { } noModel) return noModel;
        var found = VersionTable.Require(transaction, caller.Workspace, model, version);
        if (found.Refusal is { } noVersion) return noVersion;
        if (stage == Stage.Production
            && ChampionMove.Promote(transaction, caller, model, new(version, request.Reason, request.Unverified, request.Override), now).Refusal is { } refused)
            return refused;

        var row = new { workspace = caller.Workspace.Value, model, version, stage, now };
        if (request.ArchiveExisting)
            transaction.Execute(
                "UPDATE model_versions SET stage = 'Archived', updated_at = @now WHERE workspace_id = @workspace AND model = @model AND stage = @stage AND version <> @version AND deleted_at IS NULL",
                row);
        transaction.Execute(
            "UPDATE model_versions SET stage = @stage, updated_at = @now WHERE workspace_id = @workspace AND model = @model AND version = @version", row);
        transaction.Write(caller, "model.stage", found.Value.Subject, Detail.Of(new { from = found.Value.Stage, to = stage, request.ArchiveExisting }));
        return VersionTable.ToWire(transaction, caller.Workspace, found.Value with { Stage = stage, UpdatedAt = now });
    }
}
