using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Canaries;

/// <summary>GET /api/v1/deployments/{name}/canary: the one that is running, else the one that ended last.</summary>
internal static class GetCanary
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/deployments/{name}/canary", Handle)
        .WithName(nameof(GetCanary)).WithSummary("Show the canary of a deployment: its step, what it waits for, or why it was aborted").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Requires(Permission.DeploymentsRead);

    public static Refusal None(string deployment) =>
        new Refusal.Missing("canary.none", $"{deployment} has had no canary. Start one: cairn deployments canary start {deployment} --version N.");

    private static async Task<Results<Ok<CanaryWire>, ProblemHttpResult>> Handle(
        string name, Caller caller, LiveDeployments live, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        if (live.Find(caller.Workspace, name).Refusal is { } unknown) return unknown.ToProblem();
        var last = await database.Read(transaction => CanaryTable.Last(transaction, caller.Workspace, name), cancellation);
        return last is null ? None(name).ToProblem() : TypedResults.Ok(last.ToWire(clock.Micros()));
    }
}
