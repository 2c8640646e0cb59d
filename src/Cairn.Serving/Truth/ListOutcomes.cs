using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Truth;

/// <summary>GET /api/v1/outcomes: what was told about the predictions of a deployment, the last first.</summary>
internal static class ListOutcomes
{
    // Those of which at least one contradicts or was replaced; which of the two, the ruling says.
    private const string Disputed = "AND prediction_id IN (SELECT prediction_id FROM outcomes WHERE workspace_id = @workspace AND deployment = @deployment AND differs = 1)";

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/outcomes", Handle)
        .WithName(nameof(ListOutcomes)).WithSummary("List outcomes as they were told, the last first").WithTags("Outcomes")
        .WithDescription("from and to are times at which outcomes became true. state: unmatched or contradicting; a page of these may be shorter than asked for and still have a next one.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .Requires(Permission.PredictionsRead);

    private static async Task<Results<Ok<Page<OutcomeWire>>, ProblemHttpResult>> Handle(
        Caller caller, LiveDeployments live, LogDatabase database, string? deployment, string? from, string? to, string? state, CancellationToken cancellation,
        int limit = 100, string? page_token = null)
    {
        if (PageSize.Of(limit).Refusal is { } wrongSize) return wrongSize.ToProblem();
        if (state is not (null or OutcomeStates.Unmatched or OutcomeStates.Contradicting))
            return new Refusal.Invalid("outcome.state-unknown", $"state={state} was asked. There are {OutcomeStates.Unmatched} and {OutcomeStates.Contradicting}; leave it out for all.").ToProblem();

        var found = deployment is null ? live.FindDefault(caller.Workspace) : live.Find(caller.Workspace, deployment);
        if (found.Refusal is { } unknown) return unknown.ToProblem();
        var range = TimeRange.Read(from, to, long.MaxValue);
        if (range.Refusal is { } noTime) return noTime.ToProblem();

        var place = PageToken.ReadNumber(page_token, long.MaxValue);
        if (place.Refusal is { } foreign) return foreign.ToProblem();
        var before = place.Value;

        return TypedResults.Ok(await database.Read(transaction => Read(transaction, found.Value, range.Value, state, before, limit), cancellation));
    }

    private static Page<OutcomeWire> Read(ReadTransaction transaction, LiveDeployment deployment, TimeRange range, string? state, long before, int limit)
    {
        var (workspace, name) = (deployment.Row.WorkspaceId, deployment.Row.Name);
        var condition = state switch { null => "", OutcomeStates.Unmatched => "AND positive IS NULL", _ => Disputed };
        var rows = OutcomeTable.Newest(transaction, workspace, name, range.From, range.To, condition, before, limit + 1);
        var shown = rows.Take(limit).ToList();
        var all = OutcomeTable.About(transaction, workspace, name, [.. shown.Where(row => row.Positive is not null).Select(row => row.PredictionId!).Distinct(StringComparer.Ordinal)]);
        var items = OutcomeStates.Of(shown, all, OutcomeWindow.Of(deployment.Settings.Outcome));
        if (state is not null) items = items.Where(item => item.State == state);
        return new([.. items], rows.Count > limit ? PageToken.Write(shown[^1].OutcomeId) : null);
    }
}
