using Cairn.Access;
using Cairn.Client.Wire;
using Cairn.Flows;
using Cairn.Kernel;
using Cairn.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Cairn.Projects.Imports;

/// <summary>POST /api/v1/deployments/{name}/outcomes/import: a file of outcomes, kept and then taken in in the background.</summary>
internal static class StartOutcomeImport
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/deployments/{name}/outcomes/import", Handle)
        .WithName(nameof(StartOutcomeImport)).WithSummary("Import a CSV or Parquet file of outcomes in the background").WithTags("Outcomes")
        .WithDescription("The body is the file; the query names its columns as for /api/v1/outcomes/import. Starts a flow run once the file is here. Cancelled, or killed, it can be resumed: rows that were taken before change nothing.")
        .Accepts<IFormFile>("text/csv", "application/vnd.apache.parquet", "*/*")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithMetadata(new AnySize())
        .Requires(Permission.PredictionsWrite).DataPlane();

    private static async Task<Results<Accepted<FlowRunWire>, ProblemHttpResult>> Handle(
        string name, HttpRequest request, Caller caller, OutcomeFiles files, SentFiles sent, FlowRuns flows, string? prediction_id, string? entity, string? value, string? time, string? timezone,
        CancellationToken cancellation, bool correction = false)
    {
        var columns = files.Check(caller.Workspace, new(value ?? "", prediction_id, entity, time, timezone, correction, name));
        if (columns.Refusal is { } wrong) return wrong.ToProblem();
        if (await flows.LatestOf(caller.Workspace, OutcomeImportParameters.SubjectOf(columns.Value.Deployment!), cancellation) is { State: "pending" or "running" } busy)
            return new Refusal.Conflict("flow.busy", $"Outcomes of {columns.Value.Deployment} are being imported by flow run {busy.FlowRunId}. Wait for it, or cancel it.").ToProblem(); // before a large file is taken in

        try
        {
            var parameters = new OutcomeImportParameters(columns.Value, await sent.Keep(request.Body, cancellation));
            var started = await flows.Start(caller, OutcomeImportParameters.Flow, parameters.Subject, parameters.Write(), cancellation);
            if (started.Refusal is null) return TypedResults.Accepted($"/api/v1/flow-runs/{started.Value.FlowRunId}", started.Value);
            sent.Remove(parameters.Sent);
            return started.Refusal.ToProblem();
        }
        catch (IOException e) when (e is not BadHttpRequestException && !cancellation.IsCancellationRequested)
        {
            return new Refusal.Unavailable("outcome.import-failed", $"The machine could not take the file: {e.Message} Send it again when there is room; nothing was stored.").ToProblem();
        }
    }

    private sealed class AnySize : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
