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

/// <summary>POST /api/v1/deployments/{name}/canary/abort: the champion answers everything again.</summary>
internal static class AbortCanary
{
    private const int LongestReason = 2000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/deployments/{name}/canary/abort", Handle)
        .WithName(nameof(AbortCanary)).WithSummary("Abort the canary of a deployment: it answers nobody from the next request on").WithTags("Serving")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.DeploymentsWrite).Mutates();

    private static async Task<Results<Ok<CanaryWire>, ProblemHttpResult>> Handle(
        string name, CanaryAbort request, Caller caller, LiveDeployments live, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        if (request.Reason?.Length > LongestReason)
            return new Refusal.Invalid("canary.invalid", $"The reason has {request.Reason.Length} characters; {LongestReason} are allowed.").ToProblem();
        var found = live.Find(caller.Workspace, name);
        if (found.Refusal is { } unknown) return unknown.ToProblem();

        var now = clock.Micros();
        var aborted = await database.Attempt(transaction => Abort(transaction, caller, name, request.Reason, now), cancellation);
        if (aborted.Refusal is { } refusal) return refusal.ToProblem();

        found.Value.Silence(aborted.Value.Variant);
        await live.Refresh(caller.Workspace, found.Value.Row.Model, cancellation);
        return TypedResults.Ok(aborted.Value.ToWire(now));
    }

    private static Answer<CanaryRow> Abort(WriteTransaction transaction, Caller caller, string name, string? reason, long now)
    {
        if (CanaryTable.Last(transaction, caller.Workspace, name) is not { } row) return GetCanary.None(name);
        var progress = row.ReadProgress();
        if (progress.IsOver) return new Refusal.Conflict("canary.ended", $"Canary {row.Number} of {name} has ended ({row.State}); there is nothing to abort.");

        var said = string.IsNullOrWhiteSpace(reason) ? "" : $": {reason}";
        CanaryMoves.Abort(transaction, row, progress.Abort(new(CanaryBreach.Person, $"{caller.Name} aborted it{said}")), caller, now);
        return CanaryTable.Find(transaction, caller.Workspace, name, row.Number)!;
    }
}
