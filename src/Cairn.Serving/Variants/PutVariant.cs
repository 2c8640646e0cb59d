using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Canaries;
using Cairn.Serving.Live;
using Cairn.Storage;
using Cairn.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Variants;

/// <summary>PUT /api/v1/deployments/{name}/variants/{variant}: a version beside the champion, with a share of the traffic or as its shadow.</summary>
internal static class PutVariant
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPut("/api/v1/deployments/{name}/variants/{variant}", Handle)
        .WithName(nameof(PutVariant)).WithSummary("Let another version answer a share of the traffic, or score beside it as a shadow").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.DeploymentsWrite).Mutates();

    private static async Task<Results<Ok<VariantWire>, ProblemHttpResult>> Handle(
        string name, string variant, SetVariant request, Caller caller, LiveDeployments live, Models models, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        var found = live.Find(caller.Workspace, name);
        if ((found.Refusal ?? VariantRule.Name(variant) ?? VariantRule.Request(request)) is { } invalid) return invalid.ToProblem();

        var deployment = found.Value;
        using var loan = live.Borrow(); // so that it is loaded once
        if (await Loads(deployment, request, models, loan, cancellation) is { } unfit) return unfit.ToProblem();

        var now = clock.Micros();
        var put = await database.Attempt(transaction => Put(transaction, caller, deployment.Row, variant, request, now), cancellation);
        if (put.Refusal is { } refusal) return refusal.ToProblem();

        await live.Refresh(caller.Workspace, deployment.Row.Model, cancellation);
        return TypedResults.Ok(ListVariants.ToWire(deployment.Others.First(one => one.Name == variant)));
    }

    /// <summary>A package that fails its check is refused here: nothing that cannot serve is ever written.</summary>
    private static async Task<Refusal?> Loads(LiveDeployment deployment, SetVariant request, Models models, PackageLoan loan, CancellationToken cancellation)
    {
        var (workspace, model) = (deployment.Row.WorkspaceId, deployment.Row.Model);
        var version = request.Version is { } number ? await models.Find(workspace, model, number, cancellation)
            : request.Alias is { } alias ? await models.FindByAlias(workspace, model, alias, cancellation)
            : null;
        return version is null ? null : (await loan.Take(workspace, version, cancellation)).Refusal; // one that is not there is refused in the transaction
    }

    private static Answer<Done> Put(WriteTransaction transaction, Caller caller, DeploymentRow deployment, string name, SetVariant request, long now)
    {
        var all = VariantTable.Of(transaction, caller.Workspace, deployment.Name);
        var before = all.FirstOrDefault(row => row.Name == name);
        if (VariantRule.Held(before) is { } held) return held;
        var planned = VariantRule.Plan(deployment, name, request, before, [.. all.Where(row => row.Name != name)], CanaryTable.Running(transaction, caller.Workspace, deployment.Name), now);
        if (planned.Refusal is { } wrong) return wrong;

        var row = planned.Value;
        if (VariantRule.Allow(transaction, caller, deployment.Model, row, before, request) is { } refused) return refused;

        VariantTable.Put(transaction, row);
        transaction.Write(
            caller, "deployment.set-variant", $"deployments/{deployment.Name}",
            JsonSerializer.Serialize(new { variant = name, row.Version, row.Alias, weight = row.Weight, row.Shadow, request.Override, request.Reason }, CairnJson.Options));
        transaction.Emit(VariantTable.ChangeOf(deployment));
        return default(Done);
    }
}
