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

namespace Cairn.Tracking.Registry;

/// <summary>PUT /api/v1/models/{model}/aliases/{alias}: for champion a promotion, by its rules.</summary>
internal static class SetModelAlias
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/api/v1/models/{model}/aliases/{alias}", Handle)
        .Requires(Permission.ModelsWrite).Mutates()
        .WithName(nameof(SetModelAlias)).WithSummary("Point an alias to a version; pointing champion is a promotion and needs what a promotion needs").WithTags("Models")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<ModelVersionWire>, ProblemHttpResult>> Handle(
        string model, string alias, SetAlias request, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        if (Names.Alias(alias) is { } badAlias) return badAlias.ToProblem();

        var now = clock.Micros();
        var pointed = await database.Attempt<ModelVersionWire>(
            transaction =>
            {
                if (Set(transaction, caller, model, alias, request, now) is { } refusal) return refusal;

                return VersionTable.ToWire(transaction, caller.Workspace, VersionTable.Find(transaction, caller.Workspace, model, request.Version)!);
            },
            cancellation);
        return pointed.ToOk();
    }

    internal static Refusal? Set(WriteTransaction transaction, Caller caller, string model, string alias, SetAlias request, long now) => alias == Models.Champion
        ? ChampionMove.Promote(transaction, caller, model, new(request.Version, request.Reason, request.Unverified, request.Override), now).Refusal
        : Point(transaction, caller, model, alias, request.Version, now);

    private static Refusal? Point(WriteTransaction transaction, Caller caller, string model, string alias, long version, long now)
    {
        if (ModelTable.RequireForChange(transaction, caller.Workspace, model, now).Refusal is { } noModel) return noModel;
        if (VersionTable.Require(transaction, caller.Workspace, model, version).Refusal is { } noVersion) return noVersion;

        AliasTable.Put(transaction, caller.Workspace, model, alias, version);
        transaction.Write(caller, "model.alias", $"models/{model}", Detail.Of(new { alias, version }));
        transaction.Emit(new(caller.Workspace, Models.AliasChanged, $"models/{model}", Detail.Of(new AliasChange(model, alias, version))));
        return null;
    }
}
