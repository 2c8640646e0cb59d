using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Storage;
using Cairn.Tracking.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Order = Cairn.Client.Wire.ChangeRuns;

namespace Cairn.Tracking.RunRecords;

/// <summary>POST /api/v1/runs/change: the same for several runs, all of them or none.</summary>
internal static class ChangeRuns
{
    private const int Most = 100, Told = 5;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/runs/change", Handle)
        .Requires(Permission.RunsWrite).Mutates()
        .WithName(nameof(ChangeRuns)).WithSummary("Edit, delete or restore several runs: all of them or none").WithTags("Runs")
        .WithDescription("When one of them is declined, none is changed; the answer names those that were declined, and why.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    private static async Task<Results<Ok<ChangedRunsWire>, ProblemHttpResult>> Handle(Order request, Caller caller, Database database, TimeProvider clock, CancellationToken cancellation)
    {
        if (Check(request) is { } malformed) return malformed.ToProblem();
        var now = clock.Micros();
        var changed = await database.Attempt<ChangedRunsWire>(
            transaction =>
            {
                var (ids, declined) = (new List<string>(), new List<Refusal>());
                foreach (var asked in request.RunIds!)
                {
                    var found = RunTable.RequireByPrefix(transaction, caller.Workspace, asked);
                    if (found.Refusal is null && ids.Contains(found.Value.RunId, StringComparer.Ordinal)) continue;
                    if ((found.Refusal ?? Change(transaction, caller, found.Value, request, now)) is { } refusal) declined.Add(refusal);
                    else ids.Add(found.Value.RunId);
                }

                if (declined.Count > 0) return None(declined, request);
                return new ChangedRunsWire(RunTable.ToWire(transaction, caller.Workspace, [.. ids.Select(id => RunTable.Find(transaction, caller.Workspace, id)!)]));
            },
            cancellation);
        return changed.ToOk();
    }

    private static Refusal? Check(Order request)
    {
        if (request.RunIds is not { Count: > 0 and <= Most })
            return new Refusal.Invalid("run.change-count", $"{request.RunIds?.Count ?? 0} runs were named; 1 to {Most} can be changed at once: {{\"run_ids\": [\"0193a1\", \"0193b2\"], \"act\": \"delete\"}}.");
        if (request.RunIds.Any(string.IsNullOrEmpty)) return new Refusal.Invalid("run.change-count", "One of the run_ids is empty; each names a run, by its id or the beginning of it.");
        if (request.Act is not (Order.Edit or Order.Delete or Order.Restore))
            return new Refusal.Invalid("run.change-act", $"The act is '{request.Act}'; there are {Order.Edit}, {Order.Delete} and {Order.Restore}.");
        if (request.Act == Order.Edit != request.Change is not null)
            return new Refusal.Invalid("run.change-act", request.Act == Order.Edit ? "It does not say what to edit: \"change\": {\"tags\": {\"team\": \"crm\"}}." : $"To {request.Act} takes no change; leave it out.");
        return request.Change is { } change ? RunChange.Check(change) : null;
    }

    private static Refusal? Change(WriteTransaction transaction, Caller caller, Run run, Order request, long now)
    {
        if (request.Act == Order.Restore) return RestoreRun.Write(transaction, caller, run);
        if (run.CannotChange() is { } refusal) return refusal;
        if (request.Act == Order.Delete) RunTable.Delete(transaction, caller, run, now);
        else RunChange.Write(transaction, caller, run, request.Change!, now);
        return null;
    }

    /// <summary>As the first that was declined, with all of them in words.</summary>
    private static Refusal None(List<Refusal> declined, Order request)
    {
        var more = declined.Count > Told ? $" And {declined.Count - Told} more." : "";
        return request.RunIds!.Count == 1
            ? declined[0]
            : declined[0] with { Detail = $"{declined.Count} of {request.RunIds.Count} runs declined to {request.Act}, so none was changed. {string.Join(' ', declined.Take(Told).Select(one => one.Detail))}{more}" };
    }
}
