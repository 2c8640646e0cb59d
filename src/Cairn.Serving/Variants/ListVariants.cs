using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Serving.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Variants;

/// <summary>GET /api/v1/deployments/{name}/variants: a few, so all of them at once.</summary>
internal static class ListVariants
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/deployments/{name}/variants", Handle)
        .WithName(nameof(ListVariants)).WithSummary("Show who answers the requests of a deployment and who scores beside them, with their numbers and how they compare").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.DeploymentsRead);

    private static Results<Ok<VariantsWire>, ProblemHttpResult> Handle(string name, Caller caller, LiveDeployments live) =>
        live.Find(caller.Workspace, name) is var found && found.Refusal is { } missing ? missing.ToProblem() : TypedResults.Ok(ToWire(found.Value));

    public static VariantsWire ToWire(LiveDeployment deployment)
    {
        var others = deployment.Others;
        var answered = others.Where(variant => variant.Version is not null).Sum(variant => variant.Row!.Size);
        var champion = ToWire(deployment.Champion) with { Weight = 1 - ((double)answered / TrafficPart.Whole) };
        return new(deployment.Row.Name, deployment.Row.Model, [champion, .. others.Select(ToWire)]);
    }

    public static VariantWire ToWire(LiveVariant variant) => new(
        variant.Name, variant.Row is { } row ? row.Alias : Tracking.Models.Champion, variant.Version, variant.Row?.Weight ?? 0, variant.IsShadow, variant.Since, variant.Problem,
        variant.Numbers is { } numbers ? Comparison.Of(numbers.Read()) : null, variant.Pairs?.ToWire(variant.IsShadow), variant.Row?.Canary);
}
