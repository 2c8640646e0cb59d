using Cairn.Access;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Tracking.Registry;

/// <summary>DELETE /api/v1/models/{model}/aliases/{alias}: removing champion is a move of the champion to nothing.</summary>
internal static class RemoveModelAlias
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/api/v1/models/{model}/aliases/{alias}", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(RemoveModelAlias)).WithSummary("Remove an alias; without champion the model serves nothing (reason= says why)").WithTags("Models")
        .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string model, string alias, string? reason, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        var now = clock.Micros();
        var removed = await database.Attempt<Done>(
            transaction => Remove(transaction, caller, model, alias, reason, now) is { } refusal ? refusal : default(Done),
            cancellation);
        return removed.ToNoContent();
    }

    internal static Refusal? Remove(WriteTransaction transaction, Caller caller, string model, string alias, string? reason, long now) => alias == Models.Champion
        ? ChampionMove.Remove(transaction, caller, model, reason, now).Refusal
        : Remove(transaction, caller, model, alias, now);

    private static Refusal? Remove(WriteTransaction transaction, Caller caller, string model, string alias, long now)
    {
        if (ModelTable.RequireForChange(transaction, caller.Workspace, model, now).Refusal is { } noModel) return noModel;
        if (!AliasTable.Put(transaction, caller.Workspace, model, alias, null))
        {
            var known = transaction.Query<string>(
                "SELECT alias FROM model_aliases WHERE workspace_id = @workspace AND model = @model ORDER BY alias", new { workspace = caller.Workspace.Value, model });
            return new Refusal.Missing(
                "registry.alias-unknown", $"The model '{model}' has no alias '{alias}'. {(known.Count == 0 ? "It has none." : $"It has: {string.Join(", ", known)}.")}");
        }

        transaction.Write(caller, "model.alias-remove", $"models/{model}", Detail.Of(new { alias }));
        transaction.Emit(new(caller.Workspace, Models.AliasChanged, $"models/{model}", Detail.Of(new AliasChange(model, alias, null))));
        return null;
    }
}
