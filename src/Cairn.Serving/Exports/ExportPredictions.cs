using Cairn.Access;
using Cairn.Kernel;
using Cairn.Serving.Live;
using Cairn.Serving.Log;
using Cairn.Serving.Queries;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Serving.Exports;

/// <summary>GET /api/v1/predictions/export: the predictions of a deployment with their features, as a file.</summary>
internal static class ExportPredictions
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/predictions/export", Handle)
        .WithName(nameof(ExportPredictions)).WithSummary("Export the predictions of a deployment with their features; format is parquet, csv or ndjson").WithTags("Serving")
        .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .Requires(Permission.PredictionsRead);

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> Handle(
        string deployment, Caller caller, Predictions predictions, LogRelation relation, LiveDeployments live, CancellationToken cancellation, long? from = null, long? to = null,
        string format = "parquet")
    {
        var range = LogRange.Of(from, to, deployment);
        if (range.Refusal is { } refusal) return refusal.ToProblem();
        if (format is not ("parquet" or "csv" or "ndjson"))
            return new Refusal.Invalid("prediction.format-unknown", $"format={format} was asked; parquet, csv and ndjson can be had.").ToProblem();

        var plan = await predictions.Plan(caller.Workspace, deployment, range.Value.FromMs, range.Value.ToMs, cancellation);
        if (plan.Sources.Count == 0 && live.Find(caller.Workspace, deployment).Refusal is { } unknown) return unknown.ToProblem();
        if (format == "parquet" && LogRelation.TooLarge(plan) is { } tooLarge) return tooLarge.ToProblem();

        var name = $"{deployment}.{format}";
        return format switch
        {
            "csv" => TypedResults.Stream(body => CsvRows.Write(predictions, plan, body, cancellation), "text/csv; charset=utf-8", name),
            "ndjson" => TypedResults.Stream(body => JsonRows.Write(predictions, plan, body, cancellation), "application/x-ndjson", name),
            _ => TypedResults.Stream(body => ParquetRows.Write(relation, plan, body, cancellation), "application/vnd.apache.parquet", name),
        };
    }
}
