using System.Text.Json;
using Cairn.Access;
using Cairn.Client;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Variants;

/// <summary>DELETE /api/v1/deployments/{name}/variants/{variant}: the champion answers its share again.</summary>
internal static class RemoveVariant
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/api/v1/deployments/{name}/variants/{variant}", Handle)
        .WithName(nameof(RemoveVariant)).WithSummary("Remove a variant; the champion answers its share again").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.DeploymentsWrite).Mutates();

    private static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string name, string variant, Caller caller, LiveDeployments live, Database database, CancellationToken cancellation)
    {
        var found = live.Find(caller.Workspace, name);
        if ((found.Refusal ?? VariantRule.Name(variant)) is { } invalid) return invalid.ToProblem();

        var deployment = found.Value.Row;
        var removed = await database.Attempt(transaction => Remove(transaction, caller, deployment, variant), cancellation);
        if (removed.Refusal is { } refusal) return refusal.ToProblem();

        await live.Refresh(caller.Workspace, deployment.Model, cancellation);
        return TypedResults.NoContent();
    }

    private static Answer<Done> Remove(WriteTransaction transaction, Caller caller, DeploymentRow deployment, string name)
    {
        if (VariantRule.Held(VariantTable.Of(transaction, caller.Workspace, deployment.Name).FirstOrDefault(row => row.Name == name)) is { } held) return held;
        if (!VariantTable.Remove(transaction, caller.Workspace, deployment.Name, name))
        {
            var known = VariantTable.Of(transaction, caller.Workspace, deployment.Name).Select(row => row.Name).ToList();
            return new Refusal.Missing("variant.unknown", $"{deployment.Name} has no variant '{name}'. {(known.Count == 0 ? "It has none beside its champion." : $"There are: {string.Join(", ", known)}.")}");
        }

        transaction.Write(caller, "deployment.remove-variant", $"deployments/{deployment.Name}", JsonSerializer.Serialize(new { variant = name }, CairnJson.Options));
        transaction.Emit(VariantTable.ChangeOf(deployment));
        return default(Done);
    }
}
