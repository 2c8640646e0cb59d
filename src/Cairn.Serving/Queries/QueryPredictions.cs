using Cairn.Access;
using Cairn.Client.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Queries;

/// <summary>POST /api/v1/predictions/query: a SELECT over the log.</summary>
internal static class QueryPredictions
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/predictions/query", Handle)
        .WithName(nameof(QueryPredictions)).WithSummary("Ask the prediction log with SQL").WithTags("Serving")
        .WithDescription("A SELECT of DuckDB over the table predictions, which holds those of the last day or from `from` to `to`. It reads nothing else and changes nothing; 30 s, 512 MiB and 10,000 rows are the most it takes.")
        .Produces<PredictionQueryResult>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .Requires(Permission.PredictionsRead).StoresNothing();

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> Handle(PredictionQuery query, Caller caller, LogQuery log, CancellationToken cancellation)
    {
        var answer = await log.Run(caller.Workspace, query, cancellation);
        return answer.Refusal is { } refusal ? refusal.ToProblem() : TypedResults.Bytes(answer.Value, "application/json; charset=utf-8");
    }
}
